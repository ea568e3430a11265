/** What the pipeline needs of a model that lives in another process. */
import type { Counters } from '../../models/contract/model.js';
import type { Scenario } from '../scenario/scenario.js';

export interface ExternalAnswer {
  /** Packed, without rules; one a step. */
  readonly observations: Int32Array;
  /** Two halves a step. */
  readonly values: Int32Array;
  readonly counters: Counters;
  /** Ids of the rules that decided, one a step, where the model gives them. */
  readonly rules?: readonly (string | undefined)[];
}

/** A fault of an external model on one scenario. */
export interface ExternalFault {
  readonly message: string;
  readonly scenario: Scenario;
}

export interface External {
  readonly name: string;
  /** The profile that it claims to be. */
  readonly claims: string | undefined;
  readonly faults: readonly ExternalFault[];
  readonly isSetAside: boolean;
  /** Failures after which the same case was answered. */
  readonly recoveries?: number;
  /** Never rejects; null: at fault for this case. */
  answer(scenario: Scenario): Promise<ExternalAnswer | null>;
  /** As `answer`, by an instance that was asked nothing before. */
  answerAfresh?(scenario: Scenario): Promise<ExternalAnswer | null>;
}
