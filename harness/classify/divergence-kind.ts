/** Two answers on one edge, in one lens, to one operation: what of their divergence does not depend on the case. */
import { type Observation, OUTCOME_MASK } from '../../models/contract/observation.js';
import type { AnswerPair, Bucket } from './bucket.js';
import { ALL_CIRCUMSTANCES } from './circumstances.js';
import { divergenceRank } from './severity.js';

export interface DivergenceKind {
  readonly bucket: Bucket;
  /** The two answers with all their bits. */
  readonly expected: Observation;
  readonly got: Observation;
  readonly pair: AnswerPair;
  /** The worst severity that the pair has in any circumstances, as a rank. */
  readonly worstRank: number;
}

export function kindIn(bucket: Bucket, expected: Observation, got: Observation): DivergenceKind {
  const ranks = ALL_CIRCUMSTANCES.map((circumstances) => divergenceRank(bucket.lens.name, expected, got, circumstances));
  return { bucket, expected, got, pair: pairIn(bucket, expected, got), worstRank: Math.min(...ranks) };
}

/** The bucket's count of this pair of answers, made if it is new. */
function pairIn(bucket: Bucket, expected: Observation, got: Observation): AnswerPair {
  const kept = bucket.lens.mask | OUTCOME_MASK;
  // All fields of an answer but the rule, which no lens compares, fit 21 bits.
  const key = (expected & kept) * 2 ** 21 + (got & kept);
  const known = bucket.pairs.get(key);
  if (known !== undefined) return known;
  const pair = { expected: expected & kept, got: got & kept, steps: 0 };
  bucket.pairs.set(key, pair);
  return pair;
}
