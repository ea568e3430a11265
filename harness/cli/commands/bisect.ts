/** `emtdiff bisect`: the first version of a family with the new answer to a step. */
import { bisect } from '../../history/bisection.js';
import type { VersionLine } from '../../history/version-line.js';
import { UsageError } from '../../operations/usage-error.js';
import { bisectionText } from '../../report/terminal/bisection.js';
import { bisectionJson } from '../../report/history-json.js';
import { readArguments, wholeNumber, word } from '../options/arguments.js';
import { linesOf } from '../family-choice.js';
import { terminalWidth } from '../panel-session.js';
import { readScenario } from '../scenario-input.js';

const HELP = `emtdiff bisect SCENARIO|- --family NAME --step N     the first version with the new answer

The old answer is that of the oldest version, the new one that of the newest; proposals that were never merged are
left out. Found by binary search, then checked: where the answer flips more than once, every flip is listed.

  --family NAME          intel-ept, amd-npt, xen-hvm/ept, ...
  --step N               the step whose answer is looked at, from 0
  --format FORMAT        terminal or json
`;

export async function run(args: readonly string[]): Promise<number> {
  const options = { family: { type: 'string' }, step: { type: 'string' }, format: { type: 'string' } } as const;
  const found = readArguments('bisect', args, options, { least: 1, most: 1 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const format = word('--format', found.text('format') ?? 'terminal', ['terminal', 'json'] as const);
  const { name, versions } = lineOf(found.text('family'));
  const asked = found.text('step');
  if (asked === undefined) throw new UsageError('--step: found nothing, expected the number of a step');
  const step = wholeNumber('--step', asked, 0);
  const { scenario } = readScenario(found.positionals[0]);
  const { length } = scenario.steps;
  if (step >= length) throw new UsageError(`--step: found ${step}, expected less than ${length}, the number of steps`);
  const bisection = bisect(versions, scenario, step);
  process.stdout.write(
    format === 'json'
      ? `${JSON.stringify(bisectionJson(name, scenario, step, bisection))}\n`
      : bisectionText(name, scenario, step, bisection, terminalWidth()),
  );
  return 0;
}

function lineOf(family: string | undefined): VersionLine {
  const names = linesOf(undefined)
    .filter(({ versions }) => versions.length > 1)
    .map(({ name }) => name)
    .join(' ');
  if (family === undefined) throw new UsageError(`--family: found nothing, expected one of ${names}`);
  const lines = linesOf(family).filter(({ versions }) => versions.length > 1);
  if (lines.length !== 1)
    throw new UsageError(
      `--family: found ${family}, which is ${lines.length === 0 ? 'a single version' : 'several lines'}, expected one of ${names}`,
    );
  return lines[0];
}
