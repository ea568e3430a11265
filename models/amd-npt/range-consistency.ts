/** Whether one memory type covers a block: Linux v4.12 arch/x86/kvm/mtrr.c, kvm_mtrr_check_gfn_range_consistency(). */
import type { GuestMtrrs } from './guest-mtrrs.js';
import { FIXED_END } from './guest-mtrr-lookup.js';
import { FIXED_BYTES, VARIABLE_PAIRS } from './mtrr-msr.js';

export const INCONSISTENT = 0;
export const CONSISTENT = 1;
/** The check does not come back: the host crashes in it. */
export const CRASH = 2;
export type Consistency = 0 | 1 | 2;

/**
 * @param gfn first frame of an aligned block of 512 or 262144 pages: below 1M it is always 0.
 * @param staleListPointer the walk from the fixed into the variable ranges crashes.
 */
export function rangeConsistency(
  mtrrs: GuestMtrrs,
  vcpu: number,
  gfn: number,
  pages: number,
  staleListPointer: boolean,
): Consistency {
  if (!mtrrs.isEnabled(vcpu)) return CONSISTENT;
  let type = -1;
  if (gfn < FIXED_END && mtrrs.fixedIsEnabled(vcpu)) {
    type = mtrrs.fixedType(vcpu, 0);
    for (let i = 1; i < FIXED_BYTES; i++) if (mtrrs.fixedType(vcpu, i) !== type) return INCONSISTENT;
    if (staleListPointer) return CRASH;
  }
  return variableConsistency(mtrrs, vcpu, gfn, gfn + pages, type);
}

/** @param type that of the fixed ranges, or -1. */
function variableConsistency(mtrrs: GuestMtrrs, vcpu: number, start: number, end: number, type: number): Consistency {
  const { ranges } = mtrrs;
  const first = vcpu * VARIABLE_PAIRS;
  let only = type;
  let covered = start;
  // "partial" is meant for ascending ranges but the list descends: adjacent ranges set it though together they cover the block.
  let partial = false;
  for (let at = first; at < first + ranges.count[vcpu]; at++) {
    const i = first + ranges.order[at];
    if (ranges.start[i] >= end || ranges.end[i] <= start) continue;
    const current = ranges.type(vcpu, ranges.order[at]);
    if (only === -1) only = current;
    else if (only !== current) return INCONSISTENT;
    if (covered < ranges.start[i]) partial = true;
    if (covered < ranges.end[i]) covered = ranges.end[i];
  }
  if (covered < end) partial = true;
  if (!partial || only === -1) return CONSISTENT;
  return only === mtrrs.defaultType(vcpu) ? CONSISTENT : INCONSISTENT;
}
