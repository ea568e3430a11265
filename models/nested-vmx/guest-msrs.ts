/** The MTRR MSRs of L1: storage with checks, which no leaf depends on from 6.11 on. Linux arch/x86/kvm/mtrr.c. */
import { UC, WB, WC, WP, WT } from '../contract/memory-type.js';
import { DEF_TYPE, FIX4K_C0000, FIX64K_00000, MTRRCAP, PHYSBASE0 } from '../contract/msr.js';
import { NO_RULE } from '../contract/rule.js';
import { RULE } from './rules.js';

const PAIRS = 8;
const CAP = { hi: 0, lo: 0x500 | PAIRS };
const ZERO = { hi: 0, lo: 0 };
/** Bit t: MTRRs encode type t. */
const TYPES = (1 << UC) | (1 << WC) | (1 << WT) | (1 << WP) | (1 << WB);

function isType(byte: number): boolean {
  return byte <= WB && ((TYPES >> byte) & 1) === 1;
}

export class MtrrMsrs {
  private readonly values = new Map<number, { readonly hi: number; readonly lo: number }>();

  clear(): void {
    this.values.clear();
  }

  /** The rule of the fault, or NO_RULE: the value is stored. @param width MAXPHYADDR */
  write(msr: number, hi: number, lo: number, width: number): number {
    const fault = msr === MTRRCAP ? RULE.mtrrcapIsReadOnly : this.absence(msr) || checkValue(msr, hi, lo, width);
    if (fault === NO_RULE) this.values.set(msr, { hi, lo });
    return fault;
  }

  /** The rule by which the MSR does not exist, or NO_RULE. */
  absence(msr: number): number {
    return msr >= PHYSBASE0 + 2 * PAIRS && msr < FIX64K_00000 ? RULE.absentPair : NO_RULE;
  }

  read(msr: number): { readonly hi: number; readonly lo: number } {
    return msr === MTRRCAP ? CAP : (this.values.get(msr) ?? ZERO);
  }
}

/** kvm_mtrr_valid() */
function checkValue(msr: number, hi: number, lo: number, width: number): number {
  if (msr === DEF_TYPE) {
    if (hi !== 0 || (lo & 0xfffff300) !== 0) return RULE.mtrrReservedBits;
    return isType(lo & 0xff) ? NO_RULE : RULE.mtrrReservedType;
  }
  if (msr >= FIX64K_00000 && msr < FIX4K_C0000 + 8) return checkFixed(hi, lo);
  if (msr % 2 === 0 && !isType(lo & 0xff)) return RULE.mtrrReservedType;
  const reserved = msr % 2 === 0 ? 0xf00 : 0x7ff;
  return (lo & reserved) === 0 && hi >>> (width - 32) === 0 ? NO_RULE : RULE.mtrrReservedBits;
}

function checkFixed(hi: number, lo: number): number {
  for (let byte = 0; byte < 8; byte++) {
    const type = ((byte < 4 ? lo : hi) >>> (8 * (byte & 3))) & 0xff;
    if (!isType(type)) return RULE.mtrrReservedType;
  }
  return NO_RULE;
}
