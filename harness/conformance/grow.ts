/** Grows the recorded answers of a profile from random scenarios. */
import type { Profile } from '../../models/contract/model.js';
import { campaignKey } from '../generate/campaign-key.js';
import { Generator } from '../generate/generator.js';
import { decodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import { CoveringSet } from './covering-set.js';
import { printRecorded, recordedNow } from './recorded-answer.js';

/** Long cases are kept whole: much state, many mappings, tables that grow. */
const LONG_STEPS = 120;
const LONG_CASES = 4;
/** Few, so that a scenario stays readable; enough that many traits share one. */
const STEPS = 16;

export interface Grown {
  /** One line a scenario, canonical, those that were kept before first. */
  readonly text: string;
  readonly scenarios: number;
  readonly traits: number;
}

/**
 * @param kept scenarios of an earlier growth: none of them is lost while it shows something that no other one does
 * @param cases random scenarios that are looked at, the first `cases` of the seed
 */
export function grow(profile: Profile, kept: readonly Scenario[], cases: number, seed: string): Grown {
  const set = new CoveringSet(profile);
  // Each profile has cases of its own: what one of a family misses, another one shows.
  const key = campaignKey(`${seed}|${profile.name}`);
  const long = new Generator({ steps: LONG_STEPS });
  for (let index = 0; index < LONG_CASES; index++) set.keepWhole(decodeScenario(long.generate(key, index)));
  for (const scenario of kept) if (scenario.steps.length < LONG_STEPS) set.keep(scenario);
  const generator = new Generator({ steps: STEPS });
  for (let index = 0; index < cases; index++) set.offer(decodeScenario(generator.generate(key, index)));
  const { scenarios } = set;
  const text = scenarios.map((scenario) => `${printRecorded(recordedNow(profile, scenario))}\n`).join('');
  return { text, scenarios: scenarios.length, traits: set.size };
}
