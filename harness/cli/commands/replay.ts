/** `emtdiff replay`: a scenario, a finding, or a case of a seed, step by step, what each model said. */
import { DEFAULT_LENSES } from '../../compare/lens.js';
import { RandomCases } from '../../generate/random-cases.js';
import { UsageError } from '../../operations/usage-error.js';
import { agreedAliases } from '../../finding/agreed-alias.js';
import { divergencesOf } from '../../finding/divergence.js';
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
        modelFaults: faults.all(),
      };
      process.stdout.write(`${JSON.stringify(document)}\n`);
    } else {
      process.stdout.write(
        replayText(input.scenario, observations, counters, divergences, aliases, {
          width: terminalWidth(),
          details: found.has('details'),
        }),
      );
    }
    return reportFaults(faults.all());
  } finally {
    await session.close();
  }
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
  return { scenario: new RandomCases(seed, { setups: bootSetups() }).scenario(index), finding: null };
}
