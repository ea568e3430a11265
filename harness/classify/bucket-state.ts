/** A bucket between two processes: what a journal keeps, what shards and workers hand over. */
import type { OperationName } from '../../models/contract/operation.js';
import type { BucketLens } from '../compare/lens.js';
import type { Signature } from '../compare/signature.js';
import type { AnswerPair, Bucket, Witness } from './bucket.js';

/** A bucket as plain data, whatever the numbers that this process gave to sides. */
export interface BucketState {
  readonly lens: BucketLens;
  readonly op: OperationName | 'end';
  readonly expected: string;
  readonly got: string;
  readonly count: number;
  readonly firstCase: number;
  readonly rank: number;
  readonly witness: Witness;
  readonly pairs: readonly (readonly [key: number, pair: AnswerPair])[];
  readonly sides: readonly (readonly [signature: Signature, cases: number])[];
}

export function stateOf(bucket: Bucket): BucketState {
  return {
    lens: bucket.lens.name,
    op: bucket.op,
    expected: bucket.expectedSide,
    got: bucket.gotSide,
    count: bucket.count,
    firstCase: bucket.firstCase,
    rank: bucket.rank,
    witness: bucket.witness,
    pairs: [...bucket.pairs].sort(([a], [b]) => a - b),
    sides: [...bucket.sides].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** Makes a bucket that has counted nothing what it was. */
export function restore(bucket: Bucket, state: BucketState): void {
  bucket.count = state.count;
  bucket.firstCase = state.firstCase;
  bucket.rank = state.rank;
  bucket.witness = state.witness;
  for (const [key, pair] of state.pairs) bucket.pairs.set(key, { ...pair });
  for (const [signature, cases] of state.sides) bucket.sides.set(signature, cases);
}
