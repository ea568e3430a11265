/** A scenario that an external model was asked, until its caller has the answer. */
import type { Scenario } from '../scenario/scenario.js';
import type { ExternalAnswer } from './answer.js';
import type { Failure } from './conversation.js';

export interface Case {
  readonly number: number;
  readonly scenario: Scenario;
  readonly resolve: (answer: ExternalAnswer | null) => void;
  /** Its first failure, perhaps the doing of another one that was in flight with it: it is to be retried alone. */
  failure: Failure | null;
  outcome: { readonly answer: ExternalAnswer } | { readonly fault: string } | null;
}
