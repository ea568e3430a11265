/** The curves of several run folders: each shard once, the one that came furthest. */
import type { ProgressCurve } from '../panel/progress-curve.js';

/** In the order of the shards, whatever the order of the folders. */
export function unitedCurves(runs: readonly (readonly ProgressCurve[])[]): ProgressCurve[] {
  const byShard = new Map<string, ProgressCurve>();
  const casesOf = (curve: ProgressCurve | undefined) => curve?.points.at(-1)?.[1] ?? -1;
  for (const curve of runs.flat()) if (casesOf(curve) > casesOf(byShard.get(curve.shard))) byShard.set(curve.shard, curve);
  const numbers = ({ shard }: ProgressCurve) => shard.split('/').map(Number);
  return [...byShard.values()].sort((a, b) => numbers(a)[1] - numbers(b)[1] || numbers(a)[0] - numbers(b)[0]);
}
