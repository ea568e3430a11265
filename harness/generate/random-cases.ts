/** The cases of a seed, by index: drawn anew whenever one is asked for. */
import { decodeScenario, type EncodedScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import { type CampaignKey, campaignKey } from './campaign-key.js';
import { Generator, type GeneratorOptions } from './generator.js';

export class RandomCases {
  private readonly generator: Generator;
  private readonly key: CampaignKey;

  constructor(
    private readonly seed: string,
    options: GeneratorOptions = {},
  ) {
    this.generator = new Generator(options);
    this.key = campaignKey(seed);
  }

  /** Its words are the generator's own: valid until the next case. */
  encoded(index: number): EncodedScenario {
    return this.generator.generate(this.key, index);
  }

  /** A scenario of its own, with where it came from. */
  scenario(index: number): Scenario {
    const { machine, steps } = decodeScenario(this.encoded(index));
    return { origin: `seed ${this.seed} case ${index}`, machine, steps };
  }
}
