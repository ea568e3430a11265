/** From buckets to findings: each bucket's witness minimised, slips to buckets of no case minimised in turn. */
import type { Bucket } from '../classify/bucket.js';
import { rankOf } from '../classify/severity.js';
import type { CaseSource } from '../panel/case-loop.js';
import { breath, type WorkingPanel } from '../panel/working-panel.js';
import { type Finding, findingOf } from './finding.js';

export interface Reduction {
  /** Asked between buckets; true: report the rest as they are, cut after the divergent step but not minimised. */
  shouldHurry?(): boolean;
  /** After each bucket. */
  onFinding?(done: number, all: number): void;
}

/** Every bucket that the panel has counted, with its witness minimised; worst first, then by id. */
export async function findingsOf(work: WorkingPanel, source: CaseSource, reduction: Reduction): Promise<Finding[]> {
  const hurry = () => reduction.shouldHurry?.() ?? false;
  const byBucket = new Map<Bucket, Finding>();
  const buckets = work.table.buckets();
  for (const bucket of buckets) {
    const { case: index } = bucket.witness;
    const minimal = await work.minimise(work.targetOf(bucket), source.scenario(index), hurry());
    byBucket.set(bucket, await findingOf(minimal, { slippedFrom: null, case: index }, work));
    reduction.onFinding?.(byBucket.size, buckets.length);
    await breath();
  }
  // Minimising a slip may slip on.
  for (let next = 0; next < work.slips.length; next++) {
    const slip = work.slips[next];
    const minimal = await work.minimise(slip, slip.scenario, hurry());
    const index = byBucket.get(slip.from)?.case ?? -1;
    byBucket.set(slip.bucket, await findingOf(minimal, { slippedFrom: slip.from.id, case: index }, work));
  }
  return [...byBucket.values()].sort((a, b) => rankOf(a.severity) - rankOf(b.severity) || (a.bucket.id < b.bucket.id ? -1 : 1));
}
