/**
 * MTRR MSRs of L1, which KVM on AMD stores and never looks up. Linux arch/x86/kvm/mtrr.c, kvm_mtrr_valid(). Reads give what was written: a
 * bit that a read would cut is refused by the write.
 */
import { UC, WB, WC, WP, WT } from '../contract/memory-type.js';
import { DEF_TYPE, FIX64K_00000, MTRRCAP, PHYSBASE0 } from '../contract/msr.js';
import { NO_RULE } from '../contract/rule.js';
import { RULE } from './rules.js';

/** VCNT 8, FIX, WC. */
const CAP = 0x508;
const FIRST_ABSENT = PHYSBASE0 + 16;
const REGISTERS = DEF_TYPE - PHYSBASE0 + 1;
const TYPES: readonly number[] = [UC, WC, WT, WP, WB];

/** Neither exists: MTRRCAP cannot be written, pairs from VCNT on not even read. */
function isAbsentPair(msr: number): boolean {
  return msr >= FIRST_ABSENT && msr < FIX64K_00000;
}

/** kvm_mtrr_valid(): NO_RULE, or the rule by which the write faults. @param width MAXPHYADDR of the guest */
export function mtrrFault(msr: number, hi: number, lo: number, width: number): number {
  if (msr === MTRRCAP) return RULE.mtrrcapIsReadOnly;
  if (isAbsentPair(msr)) return RULE.absentPair;
  if (msr === DEF_TYPE) {
    if (hi !== 0 || (lo & ~0xcff) !== 0) return RULE.mtrrReservedBits;
    return TYPES.includes(lo & 0xff) ? NO_RULE : RULE.mtrrReservedType;
  }
  if (msr >= FIX64K_00000) return [hi, lo].every(hasOnlyTypes) ? NO_RULE : RULE.mtrrReservedType;
  const isMask = msr % 2 === 1;
  if (!isMask && !TYPES.includes(lo & 0xff)) return RULE.mtrrReservedType;
  const isBeyond = hi >= 2 ** (width - 32);
  return isBeyond || (lo & (isMask ? 0x7ff : 0xf00)) !== 0 ? RULE.mtrrReservedBits : NO_RULE;
}

function hasOnlyTypes(half: number): boolean {
  return [0, 8, 16, 24].every((shift) => TYPES.includes((half >>> shift) & 0xff));
}

/** The registers of one vCPU. */
export class GuestMtrrs {
  private readonly hi = new Uint32Array(REGISTERS);
  private readonly lo = new Uint32Array(REGISTERS);

  clear(): void {
    this.hi.fill(0);
    this.lo.fill(0);
  }

  store(msr: number, hi: number, lo: number): void {
    this.hi[msr - PHYSBASE0] = hi;
    this.lo[msr - PHYSBASE0] = lo;
  }

  /** NO_RULE, or the rule by which the read faults. */
  readFault(msr: number): number {
    return isAbsentPair(msr) ? RULE.absentPair : NO_RULE;
  }

  half(msr: number, upper: boolean): number {
    if (msr === MTRRCAP) return upper ? 0 : CAP;
    return (upper ? this.hi : this.lo)[msr - PHYSBASE0];
  }
}
