/** For the page of a run: what the models of this build hold at each bucket's divergent step, minority against majority. */
import { profileOf } from './profile-name.js';
import { type StateDifference, stateDifferences } from '../explain/state-difference.js';
import type { StateLookup } from '../report/html/state.js';
import type { ReportBucket, RunReport } from '../report/run-report.js';
import { stateAfter } from '../run/readable.js';
import type { State } from '../../models/contract/model.js';
import { PROFILES } from '../../models/registry.js';
import { lineageOf } from './lineage.js';

/** Computed anew from the minimal scenarios: a stored run says nothing of states. */
export async function bucketStates({ buckets }: RunReport): Promise<StateLookup> {
  const byBucket = new Map<string, readonly StateDifference[]>();
  for (const bucket of buckets)
    byBucket.set(bucket.id, await stateDifferences(sidesFirst(bucket), (name) => stateIn(bucket, name), lineageOf));
  return (id) => byBucket.get(id) ?? [];
}

/** The groups, each spoken for by the side that the bucket is about where that is in it. */
function sidesFirst({ partition, expected, got }: ReportBucket): string[][] {
  const isSide = (name: string) => name === expected || name === got;
  return partition.map((group) => [...group.filter(isSide), ...group.filter((name) => !isSide(name))]);
}

/** undefined: not a model of this build, or one that fails on a scenario of another. */
function stateIn({ scenario, step }: ReportBucket, name: string): State | undefined {
  const profile = profileOf(name, PROFILES);
  if (profile === undefined) return undefined;
  try {
    return stateAfter(profile, scenario, Math.min(step + 1, scenario.steps.length));
  } catch {
    return undefined;
  }
}
