/** Answers that are alike for buckets: one stands for all, so that fewer kinds of divergence are told apart while cases stream by. */
import { LEAF_MASK, LEVEL_MASK, type Observation, ruleOf, withRule } from '../../models/contract/observation.js';
import { RULE_LIMIT } from '../../models/contract/rule.js';
import type { Lens } from '../compare/lens.js';
import type { Seat } from '../compare/panel.js';

/** Neither a severity nor a side depends on these, unless the lens compares them. */
const MAPPING = LEVEL_MASK | LEAF_MASK;

export class LikeAnswers {
  /** By lens: the bits that matter, the rule apart. */
  private readonly kept: Int32Array;
  /** By seat, then rule: the first rule of the same cause, as the bits of an observation. */
  private readonly rules: Int32Array;

  constructor(seats: readonly Seat[], lenses: readonly Lens[]) {
    const answerBits = ~withRule(0, RULE_LIMIT - 1);
    this.kept = Int32Array.from(lenses, ({ mask }) => (mask | ~MAPPING) & answerBits);
    this.rules = Int32Array.from({ length: seats.length * RULE_LIMIT }, (_, at) => withRule(0, at % RULE_LIMIT));
    seats.forEach(({ rules }, seat) => {
      const firsts = new Map<string, number>();
      rules.forEach((rule, number) => {
        if (rule === null) return;
        const cause = `${rule.cause ?? rule.id} ${rule.typeOnly ?? false}`;
        if (!firsts.has(cause)) firsts.set(cause, number);
        this.rules[seat * RULE_LIMIT + number] = withRule(0, firsts.get(cause) ?? number);
      });
    });
  }

  /** The answer that stands for this one in a lens. */
  of(lens: number, seat: number, observation: Observation): Observation {
    return (observation & this.kept[lens]) | this.rules[seat * RULE_LIMIT + ruleOf(observation)];
  }
}
