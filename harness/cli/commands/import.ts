/** `emtdiff import`: a scenario from what people have in hand. */
import { readFileSync } from 'node:fs';
import { importedScenario } from '../../import/import-document.js';
import { detectedFormat, FORMAT_NAMES, importText, TEXT_FORMATS } from '../../import/import-format.js';
import { writeWhole } from '../../report/run-folder.js';
import { printScenario } from '../../scenario/print.js';
import { UsageError } from '../../operations/usage-error.js';
import { readArguments, word } from '../options/arguments.js';

const HELP = `emtdiff import FILE|-      a scenario from a log, a dump or a trace

  --format FORMAT        default auto; ${FORMAT_NAMES.join(' ')}
  --out FILE             default: stdout

${TEXT_FORMATS.map(({ name, of }) => `  ${name.padEnd(18)}${of}`).join('\n')}

Reply marks, log prefixes, quoted-printable, wrapped and joined lines are cleaned first. What had to be assumed
stands in the scenario's "origin".
`;

export async function run(args: readonly string[]): Promise<number> {
  const found = readArguments('import', args, { format: { type: 'string' }, out: { type: 'string' } }, { least: 1, most: 1 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const [path] = found.positionals;
  const file = path === '-' ? 'stdin' : path;
  const asked = word('--format', found.text('format') ?? 'auto', ['auto', ...FORMAT_NAMES]);
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
