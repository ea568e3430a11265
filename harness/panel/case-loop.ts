/** Cases by index, and how a panel goes through them. */
import type { EncodedScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';

/** Where cases come from. The same index is the same case, always. */
export interface CaseSource {
  /** Its words may be the source's own: valid until the next case. */
  encoded(index: number): EncodedScenario;
  /** As a scenario of its own, with where it came from. */
  scenario(index: number): Scenario;
  /** Number of the case in the record of a fault, -1 for one that is no random case; default: the index. */
  caseOf?(index: number): number;
}

export interface CaseLoop {
  /** Cases `from` to `end` - 1 of the loop; Infinity: until `shouldStop`. */
  readonly from: number;
  readonly end: number;
  /** Index, in the source, of a case of the loop. */
  indexOf(ordinal: number): number;
  /** Asked between chunks of cases. */
  shouldStop(): boolean;
  /** Every seat has just run the case, and it is counted. */
  onCase?(scenario: EncodedScenario): void;
  /** After each chunk. @param done cases of the loop that are done */
  onChunk(done: number): void;
}
