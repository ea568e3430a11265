/** `emtdiff minimise`: the smallest scenario that shows the same bucket. */
import { DEFAULT_LENSES } from '../../compare/lens.js';
import { worstOf } from '../../panel/probe.js';
import { findingOf } from '../../finding/finding.js';
import { findingLines } from '../../report/terminal/finding.js';
import { FINDING_FORMAT, findingJson } from '../../finding/finding-file.js';
import { printScenario, scenarioJson } from '../../scenario/print.js';
import type { Scenario } from '../../scenario/scenario.js';
import { openSession, type PanelSession, reportFaults, terminalWidth } from '../panel-session.js';
import { readScenario } from '../scenario-input.js';
import { packageVersion } from '../version.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['minimise FILE|-'],
  operands: { least: 1, most: 1 },
  examples: [
    ['minimise scenario.json > small.json', 'the worst divergence of the default panel'],
    ['minimise finding.json --format json', 'the finding that the smaller scenario makes'],
  ],
};

export async function run(found: Settings): Promise<number> {
  const input = readScenario(found.operands[0]);
  const session = await openSession(found, input, DEFAULT_LENSES);
  try {
    await minimiseIn(session, input.scenario, found.text('bucket') ?? input.finding?.id ?? '');
    return reportFaults(session.work.faults.all());
  } finally {
    await session.close();
  }
}

async function minimiseIn(session: PanelSession, scenario: Scenario, wanted: string): Promise<void> {
  const { work } = session;
  const { panel } = work;
  const target = worstOf(await work.shown(scenario), wanted);
  if (target === null) {
    process.stderr.write(`emtdiff: no divergence${wanted === '' ? '' : ` in bucket ${wanted}`}: nothing to minimise\n`);
    const unchanged = {
      format: FINDING_FORMAT,
      bucket: null,
      profiles: panel.seats.map(({ name }) => name),
      scenario: scenarioJson(scenario),
      minimiseEvaluations: 0,
    };
    process.stdout.write(session.format === 'json' ? `${JSON.stringify(unchanged)}\n` : printScenario(scenario));
    return;
  }
  const finding = await findingOf(await work.minimise(target, scenario), { slippedFrom: null, case: -1 }, work);
  if (session.format === 'json') {
    const {
      case: _,
      seed: __,
      replay: ___,
      ...json
    } = findingJson(finding, { seed: '', version: packageVersion(), profiles: panel.seats.map(({ name }) => name) });
    const evaluations = { minimiseEvaluations: finding.evaluations, certifyingEvaluations: finding.certifying };
    const slips = work.slips.map((slip) => ({ id: slip.bucket.id, scenario: scenarioJson(slip.scenario) }));
    process.stdout.write(`${JSON.stringify({ ...json, ...evaluations, slips })}\n`);
    return;
  }
  process.stdout.write(printScenario(finding.scenario));
  process.stderr.write(`${findingLines(finding, panel.seats, terminalWidth()).join('\n')}\n`);
  process.stderr.write(
    `from ${scenario.steps.length} to ${finding.scenario.steps.length} steps in ${finding.evaluations} evaluations, one-minimal by ${finding.certifying} more\n`,
  );
}
