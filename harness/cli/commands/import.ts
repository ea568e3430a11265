/** `emtdiff import`: a scenario from what people have in hand. */
import { readFileSync } from 'node:fs';
import { importedScenario } from '../../import/import-document.js';
import { detectedFormat, FORMAT_NAMES, importText, TEXT_FORMATS } from '../../import/import-format.js';
import { writeWhole } from '../../report/run-folder.js';
import { printScenario } from '../../scenario/print.js';
import { UsageError } from '../../operations/usage-error.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['import FILE|-'],
  operands: { least: 1, most: 1 },
  examples: [
    ['import /proc/mtrr --out mine.json', 'the variable ranges of this machine'],
    ['import - --format linux-boot-log < dmesg.txt', 'a boot log from stdin'],
  ],
  notes: [
    `Formats:\n${TEXT_FORMATS.map(({ name, of }) => `${name}: ${of}`).join('\n')}`,
    'Reply marks, log prefixes, quoted-printable, wrapped and joined lines are cleaned first. What had to be assumed stands in the scenario\'s "origin".',
  ],
};

export async function run(found: Settings): Promise<number> {
  const [path] = found.operands;
  const file = path === '-' ? 'stdin' : path;
  const asked = found.one('format', ['auto', ...FORMAT_NAMES]) ?? 'auto';
  const text = readText(path, file);
  const format = asked === 'auto' ? detectedFormat(text, file) : asked;
  const scenario = printScenario(importedScenario(importText(format, text, file), format, file));
  const out = found.text('out');
  if (out === undefined) process.stdout.write(scenario);
  else writeWhole(out, scenario);
  return 0;
}

function readText(path: string, file: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const found = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'a directory' : `${code}`;
    throw new UsageError(`${file}: found ${found}, expected a file to import`);
  }
}
