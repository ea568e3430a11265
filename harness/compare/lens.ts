/** What of two observations is compared: the lenses of docs/scenario-format.md, as masks over packed observations. */
import {
  DETAIL_MASK,
  ENTRY_FAILED,
  ERROR,
  LEAF_MASK,
  LEVEL_MASK,
  MEMTYPE_MASK,
  MEMTYPE_VARIANT,
  NOT_APPLICABLE,
  type Observation,
  OK,
  OUTCOME_MASK,
  plain,
  UNDEFINED,
} from '../../models/contract/observation.js';
import type { OperationName } from '../../models/contract/operation.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import { CIPHERTEXT_IS_EXIT, EQUIVALENCES, isEquivalent } from './equivalence.js';
import { areKin } from './kinship.js';
import type { Panel, Seat } from './panel.js';

export type AnswerLens = 'memtype' | 'msr' | 'level' | 'private' | 'exact' | 'cost';
export const ANSWER_LENSES: readonly AnswerLens[] = ['memtype', 'msr', 'level', 'private', 'exact', 'cost'];

/** What can be chosen: a lens, or `family`: `exact` and `cost` between profiles of one family, and of an external and what it claims to be. */
export type LensName = AnswerLens | 'family';
export const LENS_NAMES: readonly LensName[] = [...ANSWER_LENSES, 'family'];
export const DEFAULT_LENSES: readonly LensName[] = ['memtype', 'msr', 'level', 'family'];

/** Where a bucket comes from: a lens of answers, or a judged invariant, which is reported whatever the lenses. */
export type BucketLens = AnswerLens | 'invariant';
export const BUCKET_LENSES: readonly BucketLens[] = [...ANSWER_LENSES, 'invariant'];

export interface Lens {
  readonly name: BucketLens;
  /** Steps it looks at. `cost` looks at none: it compares counters once, after the last step. */
  readonly operations: readonly OperationName[];
  /** Steps of which it compares nothing but what stands beside the answer. */
  readonly besideOnly?: readonly OperationName[];
  /** Bits of an observation that it compares. */
  readonly mask: number;
  /** Whether it compares what stands beside an answer: a value, an offset, a PAT index. */
  readonly values: boolean;
  /** Only between kin. */
  readonly familyOnly?: true;
}

const MSR_OPERATIONS: readonly OperationName[] = [
  'write-msr',
  'read-msr',
  'write-cr0',
  'init',
  'enter-l2',
  'exit-l2',
  'read-l2-pat',
  'host-msr',
];
const CONVERSIONS: readonly OperationName[] = ['set-attributes', 'resume-attributes'];
const EVERYTHING = OUTCOME_MASK | MEMTYPE_MASK | LEVEL_MASK | LEAF_MASK | DETAIL_MASK;
const MEMTYPE = OUTCOME_MASK | (MEMTYPE_MASK & ~MEMTYPE_VARIANT);

export const LENSES: Readonly<Record<AnswerLens, Lens>> = {
  memtype: { name: 'memtype', operations: ['access', 'request'], mask: MEMTYPE, values: false },
  msr: { name: 'msr', operations: MSR_OPERATIONS, mask: OUTCOME_MASK | DETAIL_MASK, values: true },
  level: { name: 'level', operations: ['access'], mask: LEVEL_MASK, values: false },
  private: {
    name: 'private',
    operations: ['access', 'host-access'],
    besideOnly: CONVERSIONS,
    mask: OUTCOME_MASK | DETAIL_MASK,
    values: true,
  },
  exact: { name: 'exact', operations: OPERATION_NAMES, mask: EVERYTHING, values: true },
  cost: { name: 'cost', operations: [], mask: 0, values: false },
};

/** Stands in buckets of broken invariants; it compares nothing, and shows what `exact` does. */
export const INVARIANT_LENS: Lens = { name: 'invariant', operations: [], mask: EVERYTHING, values: true };

/** The lenses of a choice that look at something on this panel, in the order of their names. */
export function lensesOn({ seats, edges }: Panel, names: readonly LensName[]): readonly Lens[] {
  const pairs = edges
    .filter(({ reference, seat }) => reference !== seat)
    .map(({ reference, seat }) => [seats[reference], seats[seat]]);
  return ANSWER_LENSES.filter((name) => names.includes(name) || (names.includes('family') && FAMILY.includes(name)))
    .map((name): Lens => (names.includes(name) ? LENSES[name] : { ...LENSES[name], familyOnly: true }))
    .filter((lens) => names.length === 1 || pairs.some(([a, b]) => looksAt(lens, a, b)));
}

const FAMILY: readonly AnswerLens[] = ['exact', 'cost'];

/** Whether the lens compares anything between these two. */
export function looksAt(lens: Lens, a: Seat, b: Seat): boolean {
  if (lens.familyOnly && !areKin(a, b)) return false;
  return lens.name === 'cost' || (pairMask(lens, a, b) & EVERYTHING) !== 0;
}

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
  if (a.claims !== undefined || b.claims !== undefined) mask |= ABSENT_AGREES;
  if (lens.name === 'msr') mask |= REASON_ONLY;
  if (lens.name !== 'private') return mask;
  return mask | (a.lineage === b.lineage ? CIPHERTEXT_IS_EXIT : EQUIVALENCES);
}

/** Flags above the fields of a mask, below those of equivalence.ts. An external model may leave out memory type, level and leaf. */
const ABSENT_AGREES = 1 << 28;
/** Of what an outcome carries only the reason of a failed entry is compared. */
const REASON_ONLY = 1 << 27;

/** Whether two answers agree under a pair's mask; neither abstains. */
export function agree(a: Observation, b: Observation, mask: number): boolean {
  let difference = (a ^ b) & mask & EVERYTHING;
  if (difference === 0 || (mask > EVERYTHING && isEquivalent(a, b, mask))) return true;
  const isServed = (a & OUTCOME_MASK) === OK;
  if ((mask & REASON_ONLY) !== 0 && (a & OUTCOME_MASK) !== ENTRY_FAILED) difference &= ~DETAIL_MASK;
  // A served page without a kind: that subject has no private memory.
  if (isServed && ((a & DETAIL_MASK) === 0 || (b & DETAIL_MASK) === 0)) difference &= ~DETAIL_MASK;
  if ((mask & ABSENT_AGREES) !== 0 && isServed) difference &= ~absent(a) & ~absent(b);
  return difference === 0;
}

/** Fields that an answer leaves out, all their bits. */
function absent(observation: Observation): number {
  return (
    ((observation & MEMTYPE_MASK) === MEMTYPE_MASK ? MEMTYPE_MASK : 0) |
    ((observation & LEVEL_MASK) === 0 ? LEVEL_MASK : 0) |
    ((observation & LEAF_MASK) === 0 ? LEAF_MASK : 0)
  );
}

const PLAIN_OK = plain(OK, 0) & EVERYTHING;

/**
 * Whether what stands beside two answers differs. It is compared of equal answers only: a value beside one of them belongs to its outcome,
 * which differs. An external model may leave out an offset and an index.
 */
export function besideDiffers(a: Observation, b: Observation, hiA: number, loA: number, hiB: number, loB: number): boolean {
  if (((hiA ^ hiB) | (loA ^ loB)) === 0 || ((a ^ b) & OUTCOME_MASK) !== 0) return false;
  if ((a & OUTCOME_MASK) === ERROR && ((a ^ b) & DETAIL_MASK) !== 0) return false;
  const isLeftOut = ((hiA & loA) === -1 && (a & EVERYTHING) !== PLAIN_OK) || ((hiB & loB) === -1 && (b & EVERYTHING) !== PLAIN_OK);
  return !isLeftOut;
}
