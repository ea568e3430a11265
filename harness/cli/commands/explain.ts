/** `emtdiff explain`: per model the answer to one step, the rule that decided, its source, the steps it goes back to; then the states. */
import { DEFAULT_LENSES } from '../../compare/lens.js';
import { explanationOf } from '../../explain/explanation.js';
import { stateDifferences } from '../../explain/state-difference.js';
import { UsageError } from '../../operations/usage-error.js';
import { divergencesOf } from '../../finding/divergence.js';
import { explainText } from '../../report/terminal/explanation.js';
import { lineageOf } from '../lineage.js';
import { openSession, type PanelSession, reportFaults, terminalWidth } from '../panel-session.js';
import { readScenario, type ScenarioInput } from '../scenario-input.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['explain FILE|-'],
  operands: { least: 1, most: 1 },
  examples: [
    ['explain runs/tonight/findings/SOME.json', "the finding's step, model by model"],
    ['explain scenario.json --step 3 --models intel-ept/6.16,amd-npt/gpat', 'another step, two models'],
  ],
};

export async function run(found: Settings): Promise<number> {
  const input = readScenario(found.operands[0]);
  const asked = found.number('step') ?? null;
  const { length } = input.scenario.steps;
  if (length === 0) throw new UsageError(`${found.operands[0]}: found no steps, expected at least one`);
  if (asked !== null && asked >= length)
    throw new UsageError(`--step: found ${asked}, expected 0 to ${length - 1}: the scenario has ${length} steps`);
  const session = await openSession(found, input, DEFAULT_LENSES);
  try {
    await explainIn(session, input, asked);
    return reportFaults(session.work.faults.all());
  } finally {
    await session.close();
  }
}

async function explainIn(session: PanelSession, input: ScenarioInput, asked: number | null): Promise<void> {
  const { scenario } = input;
  const { divergences, observations } = await divergencesOf(scenario, session.work);
  const step =
    asked ?? Math.min(input.finding?.step ?? divergences.at(-1)?.step ?? scenario.steps.length, scenario.steps.length - 1);
  const explanations = session.work.seats.profiles.map((profile) => explanationOf(profile, scenario, step));
  const here = divergences.filter((divergence) => divergence.step === step);
  const stateOf = (name: string) => explanations.find(({ profile }) => profile === name)?.state;
  const differences = await stateDifferences(here[0]?.partition ?? [], stateOf, lineageOf);
  if (session.format === 'terminal') {
    process.stdout.write(explainText(scenario, step, observations, explanations, here, differences, terminalWidth()));
    return;
  }
  const models = explanations.map(({ profile, rule, behind, state }) => ({
    profile,
    answer: observations[profile][step],
    rule,
    steps: behind,
    state,
  }));
  process.stdout.write(
    `${JSON.stringify({ format: 'emtdiff-explain/1', step, op: scenario.steps[step].op, models, divergences: here, stateDifferences: differences })}\n`,
  );
}
