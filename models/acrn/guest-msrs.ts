/** MTRRs and PAT of the vCPUs: storage and faults. What a write of MTRRdefType does to the EPT is in first-megabyte.ts. */
import type { Machine } from '../contract/machine.js';
import { WB } from '../contract/memory-type.js';
import { DEF_TYPE, FIX16K_80000, FIX4K_C0000, FIX64K_00000, MTRRCAP, PAT, PAT_RESET_HI, PAT_RESET_LO } from '../contract/msr.js';
import { GP, type Observation, OK, plain } from '../contract/observation.js';
import { RULE } from './rules.js';

/** The eleven fixed ranges in address order, then MTRRdefType and PAT. */
export const FIXED_MSRS: readonly number[] = [
  FIX64K_00000,
  FIX16K_80000,
  FIX16K_80000 + 1,
  ...Array.from({ length: 8 }, (_, index) => FIX4K_C0000 + index),
];
export const DEF_SLOT = 11;
export const PAT_SLOT = 12;
const SLOTS = 13;
const CAPABILITY = 0x100;
export const DEF_TYPE_AT_START = 0xc00;
const ALL_WRITE_BACK = WB * 0x01010101;

export class GuestMsrs {
  valueHi = 0;
  valueLo = 0;
  private readonly hi = new Uint32Array(8 * SLOTS);
  private readonly lo = new Uint32Array(8 * SLOTS);
  private readonly writtenBy = new Uint16Array(8 * SLOTS);
  private hasMtrrs = true;

  reset({ guestMtrr }: Machine): void {
    this.hasMtrrs = guestMtrr;
    this.hi.fill(ALL_WRITE_BACK);
    this.lo.fill(ALL_WRITE_BACK);
    this.writtenBy.fill(RULE.fixedAtStart);
    for (let vcpu = 0; vcpu < 8; vcpu++) {
      this.store(vcpu, DEF_SLOT, 0, DEF_TYPE_AT_START, RULE.defTypeAtStart);
      this.store(vcpu, PAT_SLOT, PAT_RESET_HI, PAT_RESET_LO, RULE.patAtStart);
    }
    this.valueHi = 0;
    this.valueLo = 0;
  }

  read(vcpu: number, msr: number): Observation {
    if (msr !== PAT && !this.hasMtrrs) return plain(GP, RULE.mtrrsHidden);
    if (isVariable(msr)) return plain(GP, RULE.noVariablePairs);
    if (msr === MTRRCAP) {
      this.valueHi = 0;
      this.valueLo = CAPABILITY;
      return plain(OK, RULE.mtrrcapFixedOnly);
    }
    const at = vcpu * SLOTS + slotOf(msr);
    this.valueHi = this.hi[at];
    this.valueLo = this.lo[at];
    return plain(OK, this.writtenBy[at]);
  }

  write(vcpu: number, msr: number, hi: number, lo: number, isCacheDisabled: boolean): Observation {
    if (msr === PAT) {
      if (!isLegalPat(hi) || !isLegalPat(lo)) return plain(GP, RULE.patReservedType);
      return this.store(vcpu, PAT_SLOT, hi, lo, isCacheDisabled ? RULE.patWaitsForCd : RULE.patStored);
    }
    if (!this.hasMtrrs) return plain(GP, RULE.mtrrsHidden);
    if (msr === MTRRCAP) return plain(GP, RULE.mtrrcapReadOnly);
    if (isVariable(msr)) return plain(GP, RULE.noVariablePairs);
    return this.store(vcpu, slotOf(msr), hi, lo, msr === DEF_TYPE ? RULE.defTypeStored : RULE.fixedStored);
  }

  /** PAT entry of this index. */
  patType(vcpu: number, index: number): number {
    return this.byte(vcpu, PAT_SLOT, index) & 7;
  }

  byte(vcpu: number, slot: number, index: number): number {
    const at = vcpu * SLOTS + slot;
    return ((index < 4 ? this.lo[at] : this.hi[at]) >>> ((index & 3) * 8)) & 0xff;
  }

  half(vcpu: number, slot: number, isHigh: boolean): number {
    return (isHigh ? this.hi : this.lo)[vcpu * SLOTS + slot];
  }

  /** Would the write leave MTRRdefType as it is? */
  isDefType(vcpu: number, hi: number, lo: number): boolean {
    const at = vcpu * SLOTS + DEF_SLOT;
    return this.hi[at] === hi && this.lo[at] === lo;
  }

  private store(vcpu: number, slot: number, hi: number, lo: number, rule: number): Observation {
    const at = vcpu * SLOTS + slot;
    this.hi[at] = hi;
    this.lo[at] = lo;
    this.writtenBy[at] = rule;
    return plain(OK, rule);
  }
}

function isVariable(msr: number): boolean {
  return msr >= 0x200 && msr < 0x220;
}

function slotOf(msr: number): number {
  if (msr === DEF_TYPE) return DEF_SLOT;
  if (msr === PAT) return PAT_SLOT;
  if (msr >= FIX4K_C0000) return msr - FIX4K_C0000 + 3;
  return msr === FIX64K_00000 ? 0 : msr - FIX16K_80000 + 1;
}

/** No byte is 2, 3 or above 7. */
function isLegalPat(half: number): boolean {
  if ((half & 0xf8f8f8f8) !== 0) return false;
  // 2 and 3 have bit 1 without bit 2.
  return ((half >>> 1) & ~(half >>> 2) & 0x01010101) === 0;
}
