/** `emtdiff explain`: per model the answer to one step, the rule that decided, its source, the steps it goes back to; then the states. */
import { DEFAULT_LENSES } from '../../compare/lens.js';
import { addressMap } from '../../explain/address-map.js';
import { explanationOf } from '../../explain/explanation.js';
import { stateDifferences } from '../../explain/state-difference.js';
import { stepNotes, zapsApart } from '../../run/step-notes.js';
import type { Scenario } from '../../scenario/scenario.js';
import { UsageError } from '../../operations/usage-error.js';
import { agreedAliases } from '../../finding/agreed-alias.js';
import { divergencesOf } from '../../finding/divergence.js';
import { addressMapJson } from '../../report/address-map-json.js';
import { addressMapText } from '../../report/terminal/address-map.js';
import { terminalSection } from '../../report/ci/markdown.js';
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

/** With more profiles the address space is in the JSON and `emtdiff map` alone. */
const MOST_IN_TEXT = 3;

async function explainIn(session: PanelSession, input: ScenarioInput, asked: number | null): Promise<void> {
  const { scenario } = input;
  const { divergences, observations } = await divergencesOf(scenario, session.work);
  const { profiles } = session.work.seats;
  // A model of ours that fails or loops would do so again at each question.
  if (session.work.faults.all().some(({ profile }) => profiles.some(({ name }) => name === profile))) return;
  const last = scenario.steps.length - 1;
  const shown = input.finding?.step ?? divergences.at(-1)?.step ?? last;
  // Counters are compared after the last step: what counts is the step at which one model zaps and another does not.
  const step = asked ?? (shown <= last ? shown : (zapStep(session, scenario) ?? last));
  const explanations = profiles.map((profile) => explanationOf(profile, scenario, step));
  const aliases = agreedAliases(scenario, session.work).filter((alias) => alias.step === step);
  const here = divergences.filter((divergence) => divergence.step === step);
  const stateOf = (name: string) => explanations.find(({ profile }) => profile === name)?.state;
  const differences = await stateDifferences(here[0]?.partition ?? [], stateOf, lineageOf);
  const { steps } = scenario;
  const { op } = steps[step];
  const vcpu = 'vcpu' in steps[step] ? (steps[step] as { readonly vcpu: number }).vcpu : 0;
  const map = addressMap(profiles, scenario, step + 1, vcpu);
  if (session.format !== 'json') {
    const told = explainText(scenario, step, observations, explanations, here, aliases, differences, terminalWidth());
    const space =
      map.profiles.length <= MOST_IN_TEXT ? `\nthe address space after the step\n${addressMapText(map, terminalWidth())}` : '';
    process.stdout.write(session.format === 'markdown' ? terminalSection(told + space, [scenario]) : told + space);
    return;
  }
  const models = explanations.map(({ profile, rule, clauses, zap, registers, guestOs, behind, state }) => ({
    profile,
    answer: observations[profile][step],
    rule,
    clauses,
    zap,
    registers,
    ...(op === 'request' ? { guestOs } : {}),
    steps: behind,
    state,
  }));
  process.stdout.write(
    `${JSON.stringify({ format: 'emtdiff-explain/1', step, op, models, divergences: here, aliases, stateDifferences: differences, map: addressMapJson(map) })}\n`,
  );
}

/** The first step at which not all models zap; null: there is none, or they do not say. */
function zapStep({ work }: PanelSession, scenario: Scenario): number | null {
  const [first, ...others] = work.seats.profiles.map((profile) => stepNotes(profile, scenario));
  const steps = others.flatMap((other) => zapsApart(first, other)?.step ?? []);
  return steps.length === 0 ? null : Math.min(...steps);
}
