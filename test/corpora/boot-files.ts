/** The scenarios of corpora/boot, as the tests of this folder read them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseScenario } from '../../harness/scenario/parse.js';
import type { Scenario } from '../../harness/scenario/scenario.js';

const FOLDER = join(__dirname, '../../corpora/boot');

export interface BootFile {
  /** File name without `.json`. */
  readonly name: string;
  readonly text: string;
  readonly scenario: Scenario;
}

/** Every file, by name. A file that does not parse throws. */
export const BOOT_FILES: readonly BootFile[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    return { name: file.slice(0, -'.json'.length), text, scenario: parseScenario(text, file) };
  });

/** @throws {Error} if the corpus has no such file: a renamed file must not silence its tests. */
export function bootFile(name: string): BootFile {
  const found = BOOT_FILES.find((file) => file.name === name);
  if (found === undefined) throw new Error(`corpora/boot has no ${name}.json`);
  return found;
}
