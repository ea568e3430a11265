/** `emtdiff replay`: a scenario, a finding, or a case of a seed, step by step, what each model said. */
import { DEFAULT_LENSES } from '../../compare/lens.js';
import { campaignKey } from '../../generate/campaign-key.js';
import { Generator } from '../../generate/generator.js';
import { UsageError } from '../../operations/usage-error.js';
import { divergencesOf } from '../../finding/divergence.js';
import { caseScenario } from '../../generate/case-scenario.js';
import { replayText } from '../../report/terminal/replay.js';
import { scenarioJson } from '../../scenario/print.js';
import { type Arguments, readArguments, wholeNumber } from '../options/arguments.js';
import { bootSetups } from '../boot-corpus.js';
import { PANEL_HELP } from '../panel-choice.js';
import { openSession, reportFaults, SESSION_OPTIONS, terminalWidth } from '../panel-session.js';
import { readScenario, type ScenarioInput } from '../scenario-input.js';

const HELP = `emtdiff replay FILE|-                 a scenario or a finding
emtdiff replay --seed TEXT --case N   the case of a campaign

${PANEL_HELP}
                         default: the finding's own, else the default panel
  --lens LIST            default ${DEFAULT_LENSES.join(',')}
  --format FORMAT        terminal or json
  --details              levels, leaves and rules, too
`;

export async function run(args: readonly string[]): Promise<number> {
  const options = { ...SESSION_OPTIONS, seed: { type: 'string' }, case: { type: 'string' }, details: { type: 'boolean' } } as const;
  const found = readArguments('replay', args, options, { least: 0, most: 1 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const input = scenarioOf(found);
  const session = await openSession(found, input, DEFAULT_LENSES);
  try {
    const { panel, seats } = session;
    const { divergences, observations } = await divergencesOf(input.scenario, panel, seats, session.lenses);
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
        modelFaults: session.faults(),
      };
      process.stdout.write(`${JSON.stringify(document)}\n`);
    } else {
      process.stdout.write(
        replayText(input.scenario, observations, counters, divergences, { width: terminalWidth(), details: found.has('details') }),
      );
    }
    return reportFaults(session.faults());
  } finally {
    await session.close();
  }
}

function scenarioOf(found: Arguments): ScenarioInput {
  const seed = found.text('seed');
  const index = found.text('case');
  if ((seed === undefined) !== (index === undefined)) throw new UsageError('replay: found one of --seed and --case, expected both');
  if (seed === undefined || index === undefined) {
    if (found.positionals.length === 0)
      throw new UsageError('replay: found no scenario, expected FILE, - or --seed with --case (see emtdiff replay --help)');
    return readScenario(found.positionals[0]);
  }
  if (found.positionals.length > 0) throw new UsageError('replay: found a file beside --seed, expected one of the two');
  const generator = new Generator({ setups: bootSetups() });
  return { scenario: caseScenario(generator, campaignKey(seed), seed, wholeNumber('--case', index, 0)), finding: null };
}
