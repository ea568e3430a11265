import type { Gfn } from '../contract/address.js';
import { FIXED_END, fixedEnd, fixedIndex } from './fixed-range.js';
import { FIXED_RANGES, type GuestMtrr, VARIABLE_RANGES } from './guest-mtrr.js';

/** What the check finds: `CRASHES` where it follows a stale pointer. */
export const INCONSISTENT = 0;
export const CONSISTENT = 1;
export const CRASHES = 2;
export type Consistency = typeof INCONSISTENT | typeof CONSISTENT | typeof CRASHES;

const NO_TYPE = -1;
const UNLIKE = -2;

/**
 * Has [gfn, gfn + pages) one guest memory type? The order of the list is descending where the test for gaps expects ascending bases:
 * ranges that cover it only together leave it "partial".
 * Linux v6.6 arch/x86/kvm/mtrr.c, kvm_mtrr_check_gfn_range_consistency().
 */
export function rangeConsistency(mtrr: GuestMtrr, vcpu: number, gfn: Gfn, pages: number): Consistency {
  if (!mtrr.isEnabled(vcpu)) return CONSISTENT;
  const end = gfn + pages;
  let type = NO_TYPE;
  if (gfn < FIXED_END && mtrr.isFixedEnabled(vcpu)) {
    type = fixedRangesType(mtrr, vcpu, gfn, end);
    if (type === UNLIKE) return INCONSISTENT;
    if (end <= FIXED_END) return CONSISTENT;
    // mtrr_lookup_var_start() takes the union's fixed index for the last range visited.
    if (mtrr.version.consistencyFollowsStalePointer) return CRASHES;
  }
  return variableRangesConsistency(mtrr, vcpu, gfn, end, type);
}

/** mtrr_lookup_fixed_next() until the range ends or the fixed ranges do. */
function fixedRangesType(mtrr: GuestMtrr, vcpu: number, gfn: Gfn, end: Gfn): number {
  const first = vcpu * FIXED_RANGES;
  let index = fixedIndex(gfn);
  const type = mtrr.fixed[first + index];
  while (fixedEnd(index) < end && ++index < FIXED_RANGES) {
    if (mtrr.fixed[first + index] !== type) return UNLIKE;
  }
  return type;
}

function variableRangesConsistency(mtrr: GuestMtrr, vcpu: number, gfn: Gfn, end: Gfn, fixedType: number): Consistency {
  const first = vcpu * VARIABLE_RANGES;
  const length = mtrr.listLength[vcpu];
  let type = fixedType;
  // "the max address has been covered": the fixed part does not advance it.
  let covered = gfn;
  let isPartial = false;
  for (let i = 0; i < length; i++) {
    const at = first + mtrr.list[first + i];
    if (mtrr.start[at] >= end || mtrr.end[at] <= gfn) continue;
    isPartial = isPartial || covered < mtrr.start[at];
    covered = Math.max(covered, mtrr.end[at]);
    const current = mtrr.baseLo[at] & 0xff;
    if (type === NO_TYPE) type = current;
    else if (type !== current) return INCONSISTENT;
  }
  isPartial = isPartial || covered < end;
  if (!isPartial || type === NO_TYPE) return CONSISTENT;
  return type === mtrr.defaultType(vcpu) ? CONSISTENT : INCONSISTENT;
}
