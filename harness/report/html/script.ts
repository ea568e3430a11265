/** The page's script as text: what the build made of browser/page.ts. */
import { existsSync, readFileSync } from 'node:fs';

/** Beside this file in what is built; tests run from the sources and take the built one. */
const PLACES = ['./browser/page.js', '../../../dist/harness/report/html/browser/page.js'];

function builtScript(): string {
  const file = PLACES.map((place) => new URL(place, import.meta.url)).find((place) => existsSync(place));
  if (file === undefined) throw new Error('the script of the page is not built: npm run build');
  // Inline: it exports nothing, and is a module only to have names of its own.
  return readFileSync(file, 'utf8').replace(/^export \{\};?\n?/m, '');
}

export const SCRIPT = builtScript();
