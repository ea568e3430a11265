/** What of two observations is compared: the lenses of scenario.md, as masks over packed observations. */
import {
  DETAIL_MASK,
  LEAF_MASK,
  LEVEL_MASK,
  MEMTYPE_MASK,
  MEMTYPE_VARIANT,
  NOT_APPLICABLE,
  type Observation,
  OK,
  OUTCOME_MASK,
  UNDEFINED,
} from '../../models/contract/observation.js';
import type { OperationName } from '../../models/contract/operation.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import { CIPHERTEXT_IS_EXIT, EQUIVALENCES, isEquivalent } from './equivalence.js';
import type { Seat } from './panel.js';

export type LensName = 'memtype' | 'msr' | 'level' | 'private' | 'exact' | 'cost';
export const LENS_NAMES: readonly LensName[] = ['memtype', 'msr', 'level', 'private', 'exact', 'cost'];
export const DEFAULT_LENSES: readonly LensName[] = ['memtype', 'msr'];

/** Where a bucket comes from: a lens of answers, or a judged invariant, which is reported whatever the lenses. */
export type BucketLens = LensName | 'invariant';
export const BUCKET_LENSES: readonly BucketLens[] = [...LENS_NAMES, 'invariant'];

export interface Lens {
  readonly name: BucketLens;
  /** Steps it looks at. `cost` looks at none: it compares counters once, after the last step. */
  readonly operations: readonly OperationName[];
  /** Bits of an observation that it compares. */
  readonly mask: number;
  /** Whether it compares the value of a `read-msr`. */
  readonly values: boolean;
}

const MSR_OPERATIONS: readonly OperationName[] = ['write-msr', 'read-msr', 'write-cr0', 'init'];
const EVERYTHING = OUTCOME_MASK | MEMTYPE_MASK | LEVEL_MASK | LEAF_MASK | DETAIL_MASK;

export const LENSES: Readonly<Record<LensName, Lens>> = {
  memtype: { name: 'memtype', operations: ['access'], mask: OUTCOME_MASK | (MEMTYPE_MASK & ~MEMTYPE_VARIANT), values: false },
  msr: { name: 'msr', operations: MSR_OPERATIONS, mask: OUTCOME_MASK, values: true },
  level: { name: 'level', operations: ['access'], mask: LEVEL_MASK, values: false },
  private: { name: 'private', operations: ['access'], mask: OUTCOME_MASK | DETAIL_MASK, values: false },
  exact: { name: 'exact', operations: OPERATION_NAMES, mask: EVERYTHING, values: true },
  cost: { name: 'cost', operations: [], mask: 0, values: false },
};

/** Stands in buckets of broken invariants; it compares nothing, and shows what `exact` does. */
export const INVARIANT_LENS: Lens = { name: 'invariant', operations: [], mask: EVERYTHING, values: true };

/** `undefined` and `n/a` stand in no group. */
export function abstains(observation: Observation): boolean {
  const outcome = observation & OUTCOME_MASK;
  return outcome === UNDEFINED || outcome === NOT_APPLICABLE;
}

/** The lens's bits between these two: what one side's subject does not have agrees; `leaf` is compared within a family only. */
export function pairMask(lens: Lens, a: Seat, b: Seat): number {
  let mask = lens.mask;
  if (!a.hasLeaf || !b.hasLeaf) mask &= ~LEVEL_MASK;
  if (a.lineage !== b.lineage) mask &= ~LEAF_MASK;
  if (lens.name !== 'private') return mask;
  return mask | (a.lineage === b.lineage ? CIPHERTEXT_IS_EXIT : EQUIVALENCES);
}

/** Whether two answers agree under a pair's mask; neither abstains. */
export function agree(a: Observation, b: Observation, mask: number): boolean {
  const difference = (a ^ b) & mask & EVERYTHING;
  if (difference === 0 || (mask > EVERYTHING && isEquivalent(a, b, mask))) return true;
  // A served page without a kind: that subject has no private memory.
  return (difference & ~DETAIL_MASK) === 0 && (a & OUTCOME_MASK) === OK && ((a & DETAIL_MASK) === 0 || (b & DETAIL_MASK) === 0);
}
