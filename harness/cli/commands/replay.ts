/** `emtdiff replay`: a scenario, a finding, or a case of a seed, step by step, what each model said. */
import { DEFAULT_LENSES } from '../../compare/lens.js';
import { featureSetOf } from '../../generate/feature-set.js';
import { guestRules } from '../../explain/guest-rules.js';
import { chosenGuestOses } from '../campaign-choice.js';
import { chosenProfiles, DEFAULT_PANEL } from '../panel-choice.js';
import { RandomCases } from '../../generate/random-cases.js';
import { UsageError } from '../../operations/usage-error.js';
import { agreedAliases } from '../../finding/agreed-alias.js';
import { type Divergence, divergencesOf } from '../../finding/divergence.js';
import { type ChangedAnswer, changedAnswers, verificationLines } from '../../finding/verification.js';
import { visible } from '../../operations/visible.js';
import type { ObservationJson } from '../../scenario/observation-json.js';
import { terminalSection } from '../../report/ci/markdown.js';
import { replayText } from '../../report/terminal/replay.js';
import { scenarioJson } from '../../scenario/print.js';
import { bootSetups } from '../boot-corpus.js';
import { openSession, reportFaults, terminalWidth } from '../panel-session.js';
import { readScenario, type ScenarioInput } from '../scenario-input.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['replay FILE|-', 'replay --seed TEXT --case N'],
  operands: { least: 0, most: 1 },
  examples: [
    ['replay runs/tonight/findings/SOME.json', 'a finding on its own panel'],
    ['replay --seed a --case 17 --models intel-ept --details', 'a case of a campaign, with levels, leaves and rules'],
  ],
};

export async function run(found: Settings): Promise<number> {
  const input = scenarioOf(found);
  const session = await openSession(found, input, DEFAULT_LENSES);
  try {
    const { panel, seats, faults } = session.work;
    const { divergences, observations } = await divergencesOf(input.scenario, session.work);
    const aliases = agreedAliases(input.scenario, session.work);
    const counters = Object.fromEntries(panel.seats.map(({ name }, seat) => [name, seats.counters(seat)]));
    const rules = guestRules(seats.profiles, input.scenario);
    const verified = verify(input, observations, divergences);
    if (session.format === 'json') {
      const profiles = Object.fromEntries(
        panel.seats.map(({ name }) => [name, { observations: observations[name], counters: counters[name] }]),
      );
      const document = {
        format: 'emtdiff-replay/1',
        scenario: scenarioJson(input.scenario),
        profiles,
        divergences,
        aliases,
        ...(rules.length === 0 ? {} : { guestOs: rules }),
        ...(verified === null ? {} : { verified }),
        modelFaults: faults.all(),
      };
      process.stdout.write(`${JSON.stringify(document)}\n`);
    } else {
      const head =
        verified === null
          ? ''
          : `${verificationLines(verified.changed, verified.bucket, verified.shown).map(visible).join('\n')}\n\n`;
      const told = replayText(input.scenario, observations, counters, divergences, aliases, {
        width: terminalWidth(),
        details: found.has('details'),
        guestRules: rules,
      });
      process.stdout.write(session.format === 'markdown' ? terminalSection(head + told, [input.scenario]) : head + told);
    }
    const code = reportFaults(faults.all());
    return code === 0 && verified !== null && verified.outcome !== 'reproduced' ? 1 : code;
  } finally {
    await session.close();
  }
}

interface Verified {
  readonly outcome: 'reproduced' | 'changed';
  readonly bucket: string;
  /** The bucket shows, at whatever step. */
  readonly shown: boolean;
  readonly changed: readonly ChangedAnswer[];
}

/** Null for a scenario, which says nothing of answers. */
function verify(
  { finding }: ScenarioInput,
  observations: Readonly<Record<string, readonly ObservationJson[]>>,
  divergences: readonly Divergence[],
): Verified | null {
  if (finding === null) return null;
  const changed = changedAnswers(finding.observations, observations);
  const isOnPanel = finding.sides.every((side) => Object.hasOwn(observations, side));
  const shown = !isOnPanel || divergences.some(({ buckets }) => buckets.some(({ id }) => id === finding.id));
  return { outcome: changed.length === 0 && shown ? 'reproduced' : 'changed', bucket: finding.id, shown, changed };
}

function scenarioOf(found: Settings): ScenarioInput {
  const seed = found.text('seed');
  const index = found.number('case');
  if ((seed === undefined) !== (index === undefined)) throw new UsageError('replay: found one of --seed and --case, expected both');
  if (seed === undefined || index === undefined) {
    if (found.operands.length === 0)
      throw new UsageError('replay: found no scenario, expected FILE, - or --seed with --case (see emtdiff replay --help)');
    return readScenario(found.operands[0]);
  }
  if (found.operands.length > 0) throw new UsageError('replay: found a file beside --seed, expected one of the two');
  // The cases of a seed depend on what the panel's subjects know.
  const profiles = chosenProfiles(found.text('models'), DEFAULT_PANEL, found.source('models'));
  const features = featureSetOf(profiles, chosenGuestOses(found.text('guest-os'), found.source('guest-os')));
  return { scenario: new RandomCases(seed, { setups: bootSetups(), features }).scenario(index), finding: null };
}
