/** Frames that an accepted MTRR write makes KVM zap: Linux v4.12 arch/x86/kvm/mtrr.c, update_mtrr(). */
import { DEF_TYPE, FIX16K_80000, FIX16K_A0000, FIX4K_C0000, FIX64K_00000, PHYSBASE0 } from '../contract/msr.js';
import type { GuestMtrrs } from './guest-mtrrs.js';
import { isVariable, VARIABLE_PAIRS } from './mtrr-msr.js';
import type { NptLeaves } from './npt-leaves.js';

/** update_mtrr() ends "all" here, in frames. */
const ALL_FRAMES = 2 ** 52;
export const NO_ZAP = -1;

/** Zaps what `msr`, already stored, covers now. Gives the number of leaves removed, or NO_ZAP where the range is empty. */
export function zapAfterMtrrWrite(mtrrs: GuestMtrrs, leaves: NptLeaves, vcpu: number, msr: number): number {
  if (msr === DEF_TYPE) return leaves.removeRange(0, ALL_FRAMES);
  if (!mtrrs.isEnabled(vcpu)) return NO_ZAP;
  if (isVariable(msr)) {
    // V is not tested, and where the range was before is not zapped.
    const i = vcpu * VARIABLE_PAIRS + ((msr - PHYSBASE0) >> 1);
    return zapUnlessEmpty(leaves, mtrrs.ranges.start[i], mtrrs.ranges.end[i]);
  }
  if (!mtrrs.fixedIsEnabled(vcpu)) return NO_ZAP;
  return zapUnlessEmpty(leaves, fixedStart(msr), fixedStart(msr) + fixedPages(msr));
}

function zapUnlessEmpty(leaves: NptLeaves, start: number, end: number): number {
  return end > start ? leaves.removeRange(start, end) : NO_ZAP;
}

function fixedStart(msr: number): number {
  if (msr === FIX64K_00000) return 0;
  if (msr === FIX16K_80000) return 0x80;
  if (msr === FIX16K_A0000) return 0xa0;
  return 0xc0 + 8 * (msr - FIX4K_C0000);
}

function fixedPages(msr: number): number {
  if (msr === FIX64K_00000) return 0x80;
  return msr < FIX4K_C0000 ? 0x20 : 8;
}
