/** How a run went over time: points of a curve, a curve for each run folder that a run was united from. */
import { list, object, tuple } from '../scenario/shape.js';
import { amount, text } from '../scenario/shape-values.js';

/** Seconds of counting cases, cases done by then, buckets seen by then. Never less than in the point before. */
export type ProgressPoint = readonly [seconds: number, cases: number, buckets: number];

export interface ProgressCurve {
  /** The shard that it is of: `0/1` of a run that was not sharded. */
  readonly shard: string;
  readonly points: readonly ProgressPoint[];
}

export const CURVES = list(object({ shard: text, points: list(tuple(amount(), amount(), amount())) }));
