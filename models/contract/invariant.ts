/** What must hold after every step, whatever the interleaving. */
import type { Citation } from './rule.js';

export interface Invariant {
  /** `I7`: short, and the same for every profile that states it. */
  readonly id: string;
  /** One sentence, present tense. */
  readonly sentence: string;
  readonly citation?: Citation;
  /** Judged of what a step did, not of the state that it left: such a one is broken anew each time. */
  readonly event?: boolean;
}
