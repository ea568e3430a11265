/** Grows the recorded answers of a profile from random scenarios. */
import type { Profile } from '../../models/contract/model.js';
import { campaignKey } from '../generate/campaign-key.js';
import { type FeatureSet, featureSetOf } from '../generate/feature-set.js';
import { Generator } from '../generate/generator.js';
import { decodeScenario } from '../scenario/encoded.js';
import { scenarioJson } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';
import { CoveringSet } from './covering-set.js';
import { crowdedScenarios } from './crowd.js';
import { printRecorded, recordedNow } from './recorded-answer.js';

/** Long cases are kept whole: much state, many mappings, tables that grow. */
const LONG_STEPS = 100;
const LONG_CASES = 1;
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
  // Of a panel bare metal is the expectation; here it is the subject, which has nested guests as others have.
  const features = featureSetOf([profile.lineage === 'bare-metal' ? { ...profile, lineage: 'subject' } : profile]);
  const long = new Generator({ steps: LONG_STEPS, features });
  const whole = isVariant(profile)
    ? []
    : [
        ...crowdedScenarios(features.privateMemory !== 'none'),
        ...Array.from({ length: LONG_CASES }, (_, index) => decodeScenario(long.generate(key, index))),
      ];
  for (const scenario of whole) set.keepWhole(scenario);
  const isWhole = new Set(whole.map(textOf));
  for (const scenario of kept) if (!isWhole.has(textOf(scenario))) set.keep(scenario);
  // Every second case is one without nested guests, where the profile has more than those.
  const generators = [
    new Generator({ steps: STEPS, features }),
    new Generator({ steps: STEPS, features: plainOf(profile, features) }),
  ];
  const looked = isVariant(profile) ? Math.ceil(cases / VARIANT_SHARE) : cases;
  for (let index = 0; index < looked; index++) set.offer(decodeScenario(generators[index % 2].generate(key, index)));
  const { scenarios } = set;
  const text = scenarios.map((scenario) => `${printRecorded(recordedNow(profile, scenario))}\n`).join('');
  return { text, scenarios: scenarios.length, traits: set.size };
}

function plainOf({ lineage }: Profile, features: FeatureSet): FeatureSet {
  return lineage === 'bare-metal' ? { ...features, nestedSvm: 'none', nestedVmx: 'none' } : features;
}

/** A profile that differs from another one of the registry by one switch, which stands in its name. */
const isVariant = ({ name }: Profile) => name.includes('+');
/** Of the random cases: a variant shares all else with its base, which has recorded answers of its own. */
const VARIANT_SHARE = 10;

const textOf = (scenario: Scenario) => JSON.stringify(scenarioJson(scenario));
