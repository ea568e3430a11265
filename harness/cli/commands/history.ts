/** `emtdiff history`: a scenario through all versions of each family. */
import { timelineOf } from '../../history/timeline.js';
import { historyJson } from '../../report/history-json.js';
import { historyText } from '../../report/terminal/timeline.js';
import { readArguments, word } from '../options/arguments.js';
import { linesOf } from '../family-choice.js';
import { terminalWidth } from '../panel-session.js';
import { readScenario } from '../scenario-input.js';

const HELP = `emtdiff history SCENARIO|-     what each step answered in which versions, and what changed it

  --family NAME          one family (intel-ept) or one line of versions (xen-hvm/ept); default: all
  --format FORMAT        terminal or json
`;

export async function run(args: readonly string[]): Promise<number> {
  const options = { family: { type: 'string' }, format: { type: 'string' } } as const;
  const found = readArguments('history', args, options, { least: 1, most: 1 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const format = word('--format', found.text('format') ?? 'terminal', ['terminal', 'json'] as const);
  const lines = linesOf(found.text('family'));
  const { scenario } = readScenario(found.positionals[0]);
  const timelines = lines.map((line) => timelineOf(line, scenario));
  process.stdout.write(
    format === 'json' ? `${JSON.stringify(historyJson(scenario, timelines))}\n` : historyText(scenario, timelines, terminalWidth()),
  );
  return 0;
}
