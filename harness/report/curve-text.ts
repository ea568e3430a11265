/** How a run went over time, in a sentence. */
import type { ProgressCurve, ProgressPoint } from '../panel/progress-curve.js';
import { grouped, shownSeconds } from './amount-text.js';

const START: ProgressPoint = [0, 0, 0];

/** When half of the buckets had been seen, and when the last one came that was new: whether a longer run would pay. */
export function curveText({ shard, points }: ProgressCurve, isOneOfMany: boolean): string {
  const last = points.at(-1) ?? START;
  const reached = (buckets: number) => points.find((point) => point[2] >= buckets) ?? last;
  const when = ([seconds, cases]: ProgressPoint) => `${shownSeconds(seconds)} (${grouped(cases)} cases)`;
  const owner = isOneOfMany ? `Shard ${shard}: h` : 'H';
  if (last[2] === 0) return `${owner === 'H' ? '' : `Shard ${shard}: `}No bucket in ${when(last)}.`;
  return `${owner}alf of the ${grouped(last[2])} buckets were seen within ${when(reached(last[2] / 2))}, the last of them within ${when(reached(last[2]))}.`;
}
