/** Frames that an accepted MTRR write makes KVM zap: Linux v4.12 arch/x86/kvm/mtrr.c, update_mtrr(). */
import { DEF_TYPE, FIX16K_80000, FIX16K_A0000, FIX4K_C0000, FIX64K_00000, PHYSBASE0 } from '../contract/msr.js';
import type { GuestMtrrs } from './guest-mtrrs.js';
import { isVariable, VARIABLE_PAIRS } from './mtrr-msr.js';
import type { NptLeaves } from './npt-leaves.js';
import { RULE } from './rules.js';

/** update_mtrr() ends "all" here, in frames. */
const ALL_FRAMES = 2 ** 52;

/** The rule by which a write of `msr`, already stored, zaps what the register covers now, or nothing. */
export function mtrrZapRule(mtrrs: GuestMtrrs, vcpu: number, msr: number): number {
  if (msr === DEF_TYPE) return RULE.mtrrWriteZaps;
  if (!mtrrs.isEnabled(vcpu)) return RULE.mtrrWriteWhileDisabled;
  if (!isVariable(msr)) return mtrrs.fixedIsEnabled(vcpu) ? RULE.mtrrWriteZaps : RULE.mtrrWriteWhileDisabled;
  const i = pairOf(vcpu, msr);
  return mtrrs.ranges.end[i] > mtrrs.ranges.start[i] ? RULE.mtrrWriteZaps : RULE.mtrrWriteCoversNothing;
}

/** Zaps what the register covers now. Gives the number of leaves removed. */
export function zapCovered(mtrrs: GuestMtrrs, leaves: NptLeaves, vcpu: number, msr: number): number {
  if (msr === DEF_TYPE) return leaves.removeRange(0, ALL_FRAMES);
  if (!isVariable(msr)) return leaves.removeRange(fixedStart(msr), fixedStart(msr) + fixedPages(msr));
  // V is not tested, and where the range was before is not zapped.
  const i = pairOf(vcpu, msr);
  return leaves.removeRange(mtrrs.ranges.start[i], mtrrs.ranges.end[i]);
}

function pairOf(vcpu: number, msr: number): number {
  return vcpu * VARIABLE_PAIRS + ((msr - PHYSBASE0) >> 1);
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
