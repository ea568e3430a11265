/** Runs both sides of a comparison again, on a scenario made for one question. */
import { type Observation, ruleOf } from '../../models/contract/observation.js';
import { abstains, agree, type Lens, pairMask } from '../compare/lens.js';
import { encodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Pair } from './pair.js';

/** What both sides said at one step. */
export interface Said {
  readonly a: Observation;
  readonly b: Observation;
  /** Whether they differ in the lens asked with; a side that abstains does not differ. */
  readonly differ: boolean;
}

/** How far A's counters of invalidations are ahead of B's; 0 where a side does not count. */
export interface Ahead {
  readonly zaps: number;
  readonly tlbFlushes: number;
}

export class Rerun {
  constructor(readonly pair: Pair) {}

  /** What both say at the last step, and whether that differs in a lens. */
  async last(scenario: Scenario, lens: Lens): Promise<Said> {
    await this.run(scenario);
    const step = scenario.steps.length - 1;
    const { panel, seats } = this.pair.work;
    const [a, b] = [seats.traces[this.pair.a], seats.traces[this.pair.b]];
    const mask = pairMask(lens, panel.seats[this.pair.a], panel.seats[this.pair.b]);
    const valuesDiffer = [2 * step, 2 * step + 1].some((word) => a.values[word] !== b.values[word]);
    const said = { a: a.observations[step], b: b.observations[step] };
    const differ = !agree(said.a, said.b, mask) || (lens.values && valuesDiffer);
    return { ...said, differ: differ && !abstains(said.a) && !abstains(said.b) };
  }

  /** Of the invalidations that the whole scenario causes. */
  async ahead(scenario: Scenario): Promise<Ahead> {
    await this.run(scenario);
    const a = this.pair.work.seats.counters(this.pair.a);
    const b = this.pair.work.seats.counters(this.pair.b);
    const apart = (name: keyof Ahead) => (a[name] === undefined || b[name] === undefined ? 0 : a[name] - b[name]);
    return { zaps: apart('zaps'), tlbFlushes: apart('tlbFlushes') };
  }

  /** Names that buckets give to the rules of what was said; null for a side without rules. */
  rulesOf({ a, b }: Said): { a: string | null; b: string | null } {
    return { a: this.ruleName(this.pair.a, a), b: this.ruleName(this.pair.b, b) };
  }

  private ruleName(seat: number, observation: Observation): string | null {
    const rule = this.pair.work.panel.seats[seat].rules[ruleOf(observation)];
    return rule?.cause ?? rule?.id ?? null;
  }

  private async run(scenario: Scenario): Promise<void> {
    const encoded = encodeScenario(scenario);
    await this.pair.work.seats.answer(this.pair.a, encoded, scenario);
    await this.pair.work.seats.answer(this.pair.b, encoded, scenario);
  }
}
