/** How far a campaign has come, as plain data: what a journal keeps, what shards and workers hand over, what is united. */
import type { BucketState } from '../classify/bucket-state.js';
import type { HealthState } from '../run/health.js';
import type { ModelFault } from './faults.js';

export interface CampaignState {
  /** Cases run: the first `done` of the shard's own. */
  readonly done: number;
  readonly health: HealthState;
  readonly buckets: readonly BucketState[];
  /** Hazards on which all models agree, as `AliasTally` counts them. */
  readonly aliases: readonly number[];
  readonly modelFaults: readonly ModelFault[];
}

/** The cases of a shard: `index`, `index + of`, `index + 2 * of` ... */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

export const WHOLE: Shard = { index: 0, of: 1 };

/** How many of the cases below `cases` are the shard's own. */
export function casesOf(shard: Shard, cases: number): number {
  return Number.isFinite(cases) ? Math.max(0, Math.ceil((cases - shard.index) / shard.of)) : Number.POSITIVE_INFINITY;
}
