/** MTRRs and PAT of the vCPUs. FreeBSD sys/amd64/vmm/x86.c, vm_rdmtrr() and vm_wrmtrr(). */
import type { Machine } from '../contract/machine.js';
import { DEF_TYPE, FIX16K_80000, FIX4K_C0000, FIX64K_00000, MTRRCAP, PAT, PAT_RESET_HI, PAT_RESET_LO } from '../contract/msr.js';
import { GP, type Observation, OK, plain } from '../contract/observation.js';
import { RULE } from './rules.js';
import type { Version } from './switches.js';

const DEF = 0;
const FIXED = 1;
const VARIABLE = 12;
const PAT_SLOT = 44;
export const SLOTS = 45;
const PAIRS = 10;
/** Before FreeBSD 13: those of the processor that the format gives a guest. */
const DROPPED_PAIRS = 8;
/** E, FE and the type byte. */
const DEF_TYPE_BITS = 0xcff;

export class GuestMsrs {
  valueHi = 0;
  valueLo = 0;
  private readonly hi = new Uint32Array(8 * SLOTS);
  private readonly lo = new Uint32Array(8 * SLOTS);
  private readonly writtenBy = new Uint16Array(8 * SLOTS);
  private hasMtrrs = true;
  private maxPhysAddr = 0;

  constructor(private readonly version: Version) {}

  reset({ guestMtrr, maxPhysAddr }: Machine): void {
    this.hi.fill(0);
    this.lo.fill(0);
    this.writtenBy.fill(RULE.registerAtStart);
    for (let vcpu = 0; vcpu < 8; vcpu++) {
      this.hi[vcpu * SLOTS + PAT_SLOT] = PAT_RESET_HI;
      this.lo[vcpu * SLOTS + PAT_SLOT] = PAT_RESET_LO;
    }
    this.hasMtrrs = guestMtrr;
    this.maxPhysAddr = maxPhysAddr;
    this.show(0, 0);
  }

  /** PAT entry of this index. */
  patType(vcpu: number, index: number): number {
    const at = vcpu * SLOTS + PAT_SLOT;
    return ((index < 4 ? this.lo[at] : this.hi[at]) >>> ((index & 3) * 8)) & 7;
  }

  half(vcpu: number, slot: number, isHigh: boolean): number {
    return (isHigh ? this.hi : this.lo)[vcpu * SLOTS + slot];
  }

  read(vcpu: number, msr: number): Observation {
    if (msr !== PAT) {
      if (!this.hasMtrrs) return plain(GP, RULE.mtrrsHidden);
      this.show(0, 0);
      if (this.isAbsent(msr)) return this.absent();
      if (!this.version.storesMtrrs) return this.shown(0, 0, RULE.mtrrReadsZero);
      if (msr === MTRRCAP) return this.shown(0, 0x500 | PAIRS, RULE.mtrrcapTenPairs);
    }
    const at = vcpu * SLOTS + slotOf(msr);
    return this.shown(this.hi[at], this.lo[at], this.writtenBy[at]);
  }

  write(vcpu: number, msr: number, hi: number, lo: number): Observation {
    if (msr === PAT)
      return isLegalPat(hi) && isLegalPat(lo) ? this.store(vcpu, msr, hi, lo, RULE.patStored) : plain(GP, RULE.patReservedType);
    if (!this.hasMtrrs) return plain(GP, RULE.mtrrsHidden);
    if (msr === MTRRCAP) return plain(GP, RULE.mtrrcapReadOnly);
    if (this.isAbsent(msr)) return this.absent();
    return this.version.storesMtrrs ? this.storeMtrr(vcpu, msr, hi, lo) : plain(OK, RULE.mtrrWriteDropped);
  }

  /** vm_wrmtrr() */
  private storeMtrr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    if (msr === DEF_TYPE) {
      if (hi !== 0 || (lo & ~DEF_TYPE_BITS) !== 0) return plain(GP, RULE.defTypeReservedBits);
      return this.store(vcpu, msr, hi, lo, RULE.defTypeStored);
    }
    if (!isVariable(msr)) return this.store(vcpu, msr, hi, lo, RULE.fixedStored);
    const isMask = (msr & 1) === 1;
    const isWide = hi >= 2 ** (this.maxPhysAddr - 32);
    if (isWide || (lo & (isMask ? 0x7ff : 0xf00)) !== 0) return plain(GP, isMask ? RULE.maskReservedBits : RULE.baseReservedBits);
    return this.store(vcpu, msr, hi, lo, RULE.variableStored);
  }

  private store(vcpu: number, msr: number, hi: number, lo: number, rule: number): Observation {
    const at = vcpu * SLOTS + slotOf(msr);
    this.hi[at] = hi;
    this.lo[at] = lo;
    this.writtenBy[at] = rule;
    return plain(OK, rule);
  }

  private isAbsent(msr: number): boolean {
    return isVariable(msr) && msr >= 0x200 + 2 * (this.version.storesMtrrs ? PAIRS : DROPPED_PAIRS);
  }

  private absent(): Observation {
    return this.version.absentPair === 'gp' ? plain(GP, RULE.absentPair) : plain(OK, RULE.absentPairIgnored);
  }

  private shown(hi: number, lo: number, rule: number): Observation {
    this.show(hi, lo);
    return plain(OK, rule);
  }

  private show(hi: number, lo: number): void {
    this.valueHi = hi;
    this.valueLo = lo;
  }
}

function isVariable(msr: number): boolean {
  return msr >= 0x200 && msr < 0x220;
}

/** Where a register is kept: MTRRdefType, the eleven fixed ranges, the pairs, PAT. */
function slotOf(msr: number): number {
  if (msr === DEF_TYPE) return DEF;
  if (msr === PAT) return PAT_SLOT;
  if (msr === FIX64K_00000) return FIXED;
  if (msr >= FIX4K_C0000) return FIXED + 3 + msr - FIX4K_C0000;
  return msr >= FIX16K_80000 ? FIXED + 1 + msr - FIX16K_80000 : VARIABLE + msr - 0x200;
}

/** Every byte 0, 1, 4, 5, 6 or 7. */
function isLegalPat(half: number): boolean {
  for (let shift = 0; shift < 32; shift += 8) {
    const type = (half >>> shift) & 0xff;
    if (type > 7 || type === 2 || type === 3) return false;
  }
  return true;
}

/** Every register that there is, by number, in the order of slots. */
export const MSRS: readonly number[] = [
  DEF_TYPE,
  FIX64K_00000,
  FIX16K_80000,
  FIX16K_80000 + 1,
  ...Array.from({ length: 8 }, (_, index) => FIX4K_C0000 + index),
  ...Array.from({ length: 2 * PAIRS }, (_, index) => 0x200 + index),
];
export const PAT_AT = PAT_SLOT;
