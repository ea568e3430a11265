/** Scenarios that laws are tried on: as campaigns draw them, with real set-ups among them, and all the way to private memory. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenarioArbitrary } from '../../harness/generate/arbitrary.js';
import { campaignKey } from '../../harness/generate/campaign-key.js';
import { Generator } from '../../harness/generate/generator.js';
import { decodeScenario, encodeScenario } from '../../harness/scenario/encoded.js';
import { parseScenario } from '../../harness/scenario/parse.js';
import type { Scenario } from '../../harness/scenario/scenario.js';

const BOOT = join(__dirname, '../../corpora/boot');
const setups = readdirSync(BOOT)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => encodeScenario(parseScenario(readFileSync(join(BOOT, file), 'utf8'), file)))
  .filter(({ steps }) => steps <= 128);

/** As a campaign draws them. */
export const anyScenario = scenarioArbitrary({ setups });

/** Seeds are fixed: a law that fails, fails for everyone. The environment asks for more. */
export const RUNS = Number(process.env.LAW_RUNS ?? 1);
export const fixed = (runs: number) => ({ seed: 20261121, numRuns: runs * RUNS });

/** Cases of a campaign that keep something. Cheaper than a filter of fast-check, which draws one at a time. */
export function cases(count: number, keeps: (scenario: Scenario) => boolean = () => true, seed = 'laws'): Scenario[] {
  const generator = new Generator({ setups });
  const key = campaignKey(seed);
  const found: Scenario[] = [];
  for (let index = 0; found.length < count * RUNS; index++) {
    const scenario = decodeScenario(generator.generate(key, index));
    if (keeps(scenario)) found.push(scenario);
  }
  return found;
}

/** Private memory in every machine: a case in eleven has it, too few for the families that are about it. */
export const privateCases = (count: number) => cases(count, ({ machine }) => machine.privateMemory, 'laws of private memory');
