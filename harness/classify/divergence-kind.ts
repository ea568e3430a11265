/** Two answers on one edge, in one lens, to one operation: what of their divergence does not depend on the case. */
import { type Observation, OUTCOME_MASK } from '../../models/contract/observation.js';
import type { AnswerPair, Bucket } from './bucket.js';
import { divergenceRank, FRAME_CLASSES } from './severity.js';

export interface DivergenceKind {
  readonly bucket: Bucket;
  readonly pair: AnswerPair;
  /** The worst severity that the pair has on any frame, as a rank. */
  readonly worstRank: number;
}

export function kindIn(bucket: Bucket, expected: Observation, got: Observation): DivergenceKind {
  const ranks = FRAME_CLASSES.map((frame) => divergenceRank(bucket.lens.name, expected, got, frame));
  return { bucket, pair: pairIn(bucket, expected, got), worstRank: Math.min(...ranks) };
}

/** The bucket's count of this pair of answers, made if it is new. */
function pairIn(bucket: Bucket, expected: Observation, got: Observation): AnswerPair {
  const kept = bucket.lens.mask | OUTCOME_MASK;
  // All fields of an answer but the rule, which no lens compares, fit 20 bits.
  const key = (expected & kept) * 2 ** 20 + (got & kept);
  const known = bucket.pairs.get(key);
  if (known !== undefined) return known;
  const pair = { expected: expected & kept, got: got & kept, steps: 0 };
  bucket.pairs.set(key, pair);
  return pair;
}

/** Kinds seen before, answer for answer: nearly every divergence of a campaign is of one of them. */
export class KnownKinds {
  /** By place, then by the expected answer, then by the one got. */
  private readonly places: Map<Observation, Map<Observation, DivergenceKind>>[] = [];

  /** @param place a small number for lens, edge and operation */
  find(place: number, expected: Observation, got: Observation): DivergenceKind | undefined {
    return this.places[place]?.get(expected)?.get(got);
  }

  keep(place: number, expected: Observation, got: Observation, kind: DivergenceKind): DivergenceKind {
    while (this.places.length <= place) this.places.push(new Map());
    const byGot = this.places[place].get(expected) ?? new Map<Observation, DivergenceKind>();
    this.places[place].set(expected, byGot.set(got, kind));
    return kind;
  }
}
