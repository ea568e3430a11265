/** States of different cases as one: counts add up, the worst witness stays, of equals the one of the lowest case. */
import type { BucketState } from '../classify/bucket-state.js';
import type { HealthState } from '../run/health.js';
import type { CampaignState } from './campaign-state.js';

/** @param states at least one, all of one panel */
export function unitedState(states: readonly CampaignState[]): CampaignState {
  const buckets = new Map<string, BucketState>();
  for (const state of states) {
    for (const bucket of state.buckets) {
      const id = JSON.stringify([bucket.lens, bucket.op, bucket.expected, bucket.got]);
      const known = buckets.get(id);
      buckets.set(id, known === undefined ? bucket : unitedBucket(known, bucket));
    }
  }
  return {
    done: states.reduce((sum, { done }) => sum + done, 0),
    health: states.map(({ health }) => health).reduce(unitedHealth),
    buckets: [...buckets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bucket]) => bucket),
    aliases: states.map(({ aliases }) => aliases).reduce((a, b) => a.map((count, index) => count + b[index])),
    modelFaults: states.flatMap(({ modelFaults }) => modelFaults),
  };
}

function unitedBucket(a: BucketState, b: BucketState): BucketState {
  const isWorse = b.rank < a.rank || (b.rank === a.rank && b.witness.case < a.witness.case);
  const pairs = new Map(a.pairs);
  for (const [key, pair] of b.pairs) pairs.set(key, { ...pair, steps: pair.steps + (pairs.get(key)?.steps ?? 0) });
  const sides = new Map(a.sides);
  for (const [signature, cases] of b.sides) sides.set(signature, cases + (sides.get(signature) ?? 0));
  return {
    ...a,
    count: a.count + b.count,
    firstCase: Math.min(a.firstCase, b.firstCase),
    rank: Math.min(a.rank, b.rank),
    witness: isWorse ? b.witness : a.witness,
    pairs: [...pairs],
    sides: [...sides],
  };
}

function unitedHealth(a: HealthState, b: HealthState): HealthState {
  return {
    operations: a.operations.map((count, code) => count + b.operations[code]),
    steps: a.steps + b.steps,
    faultingWrites: a.faultingWrites + b.faultingWrites,
    unbackedAccesses: a.unbackedAccesses + b.unbackedAccesses,
    rules: a.rules.map((counts, seat) => counts.map((count, rule) => count + b.rules[seat][rule])),
  };
}
