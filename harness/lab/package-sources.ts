/** Sources in C that come with this package. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute paths of the C files of a part, in a fixed order. */
export function sourcesOf(part: 'agent' | 'guest'): readonly string[] {
  const folder = folderOf(part);
  return readdirSync(folder)
    .filter((name) => /\.[ch]$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** `harness/lab/PART` of the package, from the sources as from `dist`. */
function folderOf(part: string): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  return join(here.replace(/[/\\]dist([/\\]harness[/\\]lab[/\\])$/, '$1'), part);
}
