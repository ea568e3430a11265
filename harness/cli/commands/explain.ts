/** `emtdiff explain`: per model the answer to one step, the rule that decided, its source, the steps it goes back to; then the states. */
import { DEFAULT_LENSES } from '../../compare/lens.js';
import { explanationOf } from '../../explain/explanation.js';
import { stateDifferences } from '../../explain/state-difference.js';
import { UsageError } from '../../operations/usage-error.js';
import { divergencesOf } from '../../finding/divergence.js';
import { explainText } from '../../report/terminal/explanation.js';
import { readArguments, wholeNumber } from '../options/arguments.js';
import { lineageOf } from '../lineage.js';
import { PANEL_HELP } from '../panel-choice.js';
import { openSession, type PanelSession, reportFaults, SESSION_OPTIONS, terminalWidth } from '../panel-session.js';
import { readScenario, type ScenarioInput } from '../scenario-input.js';

const HELP = `emtdiff explain FILE|-      why each model answered a step as it did

  --step N               default: the finding's step, else the last step that diverges, else the last
${PANEL_HELP}
                         default: the finding's own, else the default panel
  --lens LIST            default ${DEFAULT_LENSES.join(',')}
  --format FORMAT        terminal or json
`;

export async function run(args: readonly string[]): Promise<number> {
  const found = readArguments('explain', args, { ...SESSION_OPTIONS, step: { type: 'string' } }, { least: 1, most: 1 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const input = readScenario(found.positionals[0]);
  const asked = found.text('step') === undefined ? null : wholeNumber('--step', found.text('step') as string, 0);
  const { length } = input.scenario.steps;
  if (length === 0) throw new UsageError(`${found.positionals[0]}: found no steps, expected at least one`);
  if (asked !== null && asked >= length)
    throw new UsageError(`--step: found ${asked}, expected 0 to ${length - 1}: the scenario has ${length} steps`);
  const session = await openSession(found, input, DEFAULT_LENSES);
  try {
    await explainIn(session, input, asked);
    return reportFaults(session.faults());
  } finally {
    await session.close();
  }
}

async function explainIn(session: PanelSession, input: ScenarioInput, asked: number | null): Promise<void> {
  const { scenario } = input;
  const { divergences, observations } = await divergencesOf(scenario, session.panel, session.seats, session.lenses);
  const step = asked ?? input.finding?.step ?? divergences.at(-1)?.step ?? scenario.steps.length - 1;
  const explanations = session.seats.profiles.map((profile) => explanationOf(profile, scenario, step));
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
