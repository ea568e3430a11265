/** A case as a scenario that can be read, printed and sent. */
import { decodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import type { CampaignKey } from './campaign-key.js';
import type { Generator } from './generator.js';

/** Draws the scenario of a case, with where it came from. */
export function caseScenario(generator: Generator, key: CampaignKey, seed: string, index: number): Scenario {
  const { machine, steps } = decodeScenario(generator.generate(key, index));
  return { origin: `seed ${seed} case ${index}`, machine, steps };
}
