/** How a run went over time: points of a curve, a curve for each run folder that a run was united from. */
import type { Place } from '../operations/usage-error.js';
import { list, object, text } from './checked-json.js';

/** Seconds of counting cases, cases done by then, buckets seen by then. Never less than in the point before. */
export type ProgressPoint = readonly [seconds: number, cases: number, buckets: number];

export interface ProgressCurve {
  /** The shard that it is of: `0/1` of a run that was not sharded. */
  readonly shard: string;
  readonly points: readonly ProgressPoint[];
}

/** Nothing where a run says nothing of it. @throws {UsageError} */
export function progressCurves(value: unknown, place: Place): ProgressCurve[] {
  if (value === undefined) return [];
  return list(value, place).map((curve, index) => {
    const at = place.at(index);
    const { shard, points } = object(curve, at);
    return {
      shard: text(shard, at.at('shard')),
      points: list(points, at.at('points')).map((one, number) => point(one, at.at('points').at(number))),
    };
  });
}

function point(value: unknown, place: Place): ProgressPoint {
  const numbers = list(value, place);
  if (numbers.length !== 3 || !numbers.every((number) => typeof number === 'number' && number >= 0))
    place.fail(value, 'three numbers of at least 0: seconds, cases, buckets');
  return numbers as unknown as ProgressPoint;
}
