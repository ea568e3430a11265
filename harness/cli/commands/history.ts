/** `emtdiff history`: a scenario through all versions of each family. */
import { timelineOf } from '../../history/timeline.js';
import { historyJson } from '../../report/history-json.js';
import { historyText } from '../../report/terminal/timeline.js';
import { linesOf } from '../family-choice.js';
import { terminalWidth } from '../panel-session.js';
import { readScenario } from '../scenario-input.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['history SCENARIO|-'],
  operands: { least: 1, most: 1 },
  examples: [
    ['history scenario.json --family intel-ept', 'one family'],
    ['history scenario.json --format json', 'all families, for a program'],
  ],
};

export async function run(found: Settings): Promise<number> {
  const format = found.one('format', ['terminal', 'json'] as const) ?? 'terminal';
  const lines = linesOf(found.text('family'));
  const { scenario } = readScenario(found.operands[0]);
  const timelines = lines.map((line) => timelineOf(line, scenario));
  process.stdout.write(
    format === 'json' ? `${JSON.stringify(historyJson(scenario, timelines))}\n` : historyText(scenario, timelines, terminalWidth()),
  );
  return 0;
}
