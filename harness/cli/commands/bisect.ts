/** `emtdiff bisect`: the first version of a family with the new answer to a step. */
import { bisect } from '../../history/bisection.js';
import { type VersionLine, versionName } from '../../history/version-line.js';
import { UsageError } from '../../operations/usage-error.js';
import { bisectionText } from '../../report/terminal/bisection.js';
import { bisectionJson } from '../../report/history-json.js';
import type { Profile } from '../../../models/contract/model.js';
import { linesOf } from '../family-choice.js';
import { terminalWidth } from '../panel-session.js';
import { readScenario } from '../scenario-input.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['bisect SCENARIO|- --family NAME --step N [--good V] [--bad V]'],
  about: [
    'The old answer is that of --good, the new one that of --bad, else those of the oldest and the newest version; proposals that were never merged are left out. Found by binary search, then checked: where the answer flips more than once, every flip is listed.',
  ],
  operands: { least: 1, most: 1 },
  examples: [
    ['bisect scenario.json --family intel-ept --step 2', 'the version that changed the answer to step 2'],
    ['bisect scenario.json --family intel-ept --step 4 --good 6.7', 'the commit between two versions'],
    ['bisect - --family xen-hvm/ept --step 0 < scenario.json', 'a scenario from stdin'],
  ],
};

export async function run(found: Settings): Promise<number> {
  const format = found.one('format', ['terminal', 'json'] as const) ?? 'terminal';
  const { name, versions } = lineOf(found.text('family'));
  const step = found.number('step');
  if (step === undefined) throw new UsageError('--step: found nothing, expected the number of a step');
  const { scenario } = readScenario(found.operands[0]);
  const { length } = scenario.steps;
  if (step >= length) throw new UsageError(`--step: found ${step}, expected less than ${length}, the number of steps`);
  const bisection = bisect(between(versions, found.text('good'), found.text('bad')), scenario, step);
  process.stdout.write(
    format === 'json'
      ? `${JSON.stringify(bisectionJson(name, scenario, step, bisection))}\n`
      : bisectionText(name, scenario, step, bisection, terminalWidth()),
  );
  return 0;
}

/** The versions from the good to the bad one, whichever is older; without them, from the oldest to the newest. @throws {UsageError} */
function between(versions: readonly Profile[], good: string | undefined, bad: string | undefined): readonly Profile[] {
  const index = (option: string, name: string | undefined, otherwise: number) => {
    if (name === undefined) return otherwise;
    const found = versions.findIndex((profile) => profile.name === name || versionName(profile) === name);
    if (found < 0) throw new UsageError(`${option}: found ${name}, expected one of ${versions.map(versionName).join(' ')}`);
    return found;
  };
  const ends = [index('--good', good, 0), index('--bad', bad, versions.length - 1)];
  if (ends[0] === ends[1]) throw new UsageError('--bad: found the version that --good names, expected another');
  return versions.slice(Math.min(...ends), Math.max(...ends) + 1);
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
