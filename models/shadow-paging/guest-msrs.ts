/** MTRRs and PAT of every vCPU: validated and stored, and apart from PAT of no consequence. Linux v6.16, arch/x86/kvm/mtrr.c, x86.c. */
import {
  DEF_TYPE,
  FIX4K_C0000,
  FIX4K_F8000,
  FIX16K_80000,
  FIX16K_A0000,
  FIX64K_00000,
  MTRRCAP,
  msrName,
  PAT,
  PAT_RESET_HI,
  PAT_RESET_LO,
  PHYSBASE0,
} from '../contract/msr.js';
import { GP, type Observation, OK, plain } from '../contract/observation.js';
import { READ_RULE, RULE } from './rules.js';

const MAX_VCPUS = 8;
const KVM_NR_VAR_MTRR = 8;
const LAST_VARIABLE = PHYSBASE0 + 2 * KVM_NR_VAR_MTRR - 1;

/** Slots of one vCPU, in the order of the MSR numbers, PAT last. */
const FIXED_SLOT = 16;
const DEF_TYPE_SLOT = 27;
const PAT_SLOT = 28;
const SLOTS = 29;
const NO_SLOT = -1;
const VALID = 0;

export class GuestMsrs {
  /** Value of the last `get` that was `ok`, as unsigned halves. */
  valueHi = 0;
  valueLo = 0;
  private readonly hi = new Uint32Array(MAX_VCPUS * SLOTS);
  private readonly lo = new Uint32Array(MAX_VCPUS * SLOTS);
  /** By which rule each register has its value. */
  private readonly setBy = new Uint8Array(MAX_VCPUS * SLOTS);
  /** Bits 63:32 at or above the guest MAXPHYADDR: kvm_vcpu_reserved_gpa_bits_raw(). */
  private reservedHi = 0;

  /** @param patRule rule of an accepted PAT write. */
  constructor(private readonly patRule: number) {}

  /** @param maxPhysAddr guest MAXPHYADDR, 36 to 52. */
  reset(maxPhysAddr: number): void {
    this.hi.fill(0);
    this.lo.fill(0);
    this.setBy.fill(RULE.registerAtStart);
    for (let slot = PAT_SLOT; slot < MAX_VCPUS * SLOTS; slot += SLOTS) {
      this.hi[slot] = PAT_RESET_HI;
      this.lo[slot] = PAT_RESET_LO;
    }
    this.reservedHi = -1 << (maxPhysAddr - 32);
  }

  /** Type of entry 0 of the vCPU's PAT, in PAT's encoding. */
  pa0(vcpu: number): number {
    return this.lo[vcpu * SLOTS + PAT_SLOT] & 0xff;
  }

  /** kvm_set_msr_common(). */
  set(vcpu: number, msr: number, hi: number, lo: number): Observation {
    if (msr === PAT) {
      if (!isValidPat(hi) || !isValidPat(lo)) return plain(GP, RULE.patInvalidType);
      return this.store(vcpu, PAT_SLOT, hi, lo, this.patRule);
    }
    if (msr === MTRRCAP) return plain(GP, RULE.mtrrCapReadOnly);
    return this.setMtrr(vcpu, msr, hi, lo);
  }

  /** kvm_get_msr_common(), kvm_mtrr_get_msr(). */
  get(vcpu: number, msr: number): Observation {
    if (msr === MTRRCAP) {
      this.valueHi = 0;
      this.valueLo = 0x500 | KVM_NR_VAR_MTRR;
      return plain(OK, RULE.mtrrCapConstant);
    }
    const slot = msr === PAT ? PAT_SLOT : findMtrr(msr);
    if (slot === NO_SLOT) return plain(GP, RULE.absentMsr);
    this.valueHi = this.hi[vcpu * SLOTS + slot];
    this.valueLo = this.lo[vcpu * SLOTS + slot];
    return plain(OK, READ_RULE[this.setBy[vcpu * SLOTS + slot]]);
  }

  /** Registers of one vCPU by name, PAT first, as hex strings. */
  state(vcpu: number): [string, string][] {
    const named: [string, string][] = [];
    for (const msr of NUMBERS) {
      this.get(vcpu, msr);
      const value = (BigInt(this.valueHi) << 32n) | BigInt(this.valueLo);
      named.push([`vcpu${vcpu} ${msrName(msr)}`, `0x${value.toString(16)}`]);
    }
    return named;
  }

  /** kvm_mtrr_set_msr(). */
  private setMtrr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    const slot = findMtrr(msr);
    if (slot === NO_SLOT) return plain(GP, RULE.absentMsr);
    const violation = this.violation(slot, hi, lo);
    if (violation !== VALID) return plain(GP, violation);
    return this.store(vcpu, slot, hi, lo, RULE.mtrrStored);
  }

  /** kvm_mtrr_valid(): VALID, or the rule that the value breaks first. */
  private violation(slot: number, hi: number, lo: number): number {
    if (slot === DEF_TYPE_SLOT) {
      if (hi !== 0 || (lo & ~0xcff) !== 0) return RULE.defTypeReservedBits;
      return isValidMtrrType(lo & 0xff) ? VALID : RULE.defTypeInvalidType;
    }
    if (slot >= FIXED_SLOT) return areValidMtrrTypes(hi) && areValidMtrrTypes(lo) ? VALID : RULE.fixedInvalidType;
    if (slot % 2 === 0) {
      if (!isValidMtrrType(lo & 0xff)) return RULE.physBaseInvalidType;
      return (hi & this.reservedHi) !== 0 || (lo & 0xf00) !== 0 ? RULE.physBaseReservedBits : VALID;
    }
    return (hi & this.reservedHi) !== 0 || (lo & 0x7ff) !== 0 ? RULE.physMaskReservedBits : VALID;
  }

  private store(vcpu: number, slot: number, hi: number, lo: number, rule: number): Observation {
    this.hi[vcpu * SLOTS + slot] = hi;
    this.lo[vcpu * SLOTS + slot] = lo;
    this.setBy[vcpu * SLOTS + slot] = rule;
    return plain(OK, rule);
  }
}

/** find_mtrr(): the slot of an MTRR, or NO_SLOT. */
function findMtrr(msr: number): number {
  if (msr >= PHYSBASE0 && msr <= LAST_VARIABLE) return msr - PHYSBASE0;
  if (msr === FIX64K_00000) return FIXED_SLOT;
  if (msr === FIX16K_80000 || msr === FIX16K_A0000) return FIXED_SLOT + 1 + msr - FIX16K_80000;
  if (msr >= FIX4K_C0000 && msr <= FIX4K_F8000) return FIXED_SLOT + 3 + msr - FIX4K_C0000;
  return msr === DEF_TYPE ? DEF_TYPE_SLOT : NO_SLOT;
}

/** valid_mtrr_type(): 0, 1, 4, 5, 6. */
function isValidMtrrType(type: number): boolean {
  return type < 8 && ((1 << type) & 0x73) !== 0;
}

/** All four bytes of a half. */
function areValidMtrrTypes(half: number): boolean {
  for (let shift = 0; shift < 32; shift += 8) {
    if (!isValidMtrrType((half >>> shift) & 0xff)) return false;
  }
  return true;
}

/** kvm_pat_valid() on one half: each byte below 8, and bit 1 only together with bit 2, which leaves out 2 and 3. */
function isValidPat(half: number): boolean {
  return (half & 0xf8f8f8f8) === 0 && (half | ((half & 0x02020202) << 1)) === half;
}

/** All MSRs with a value of their own, in the order in which a reader looks for them. */
const NUMBERS: readonly number[] = [
  PAT,
  DEF_TYPE,
  FIX64K_00000,
  FIX16K_80000,
  FIX16K_A0000,
  ...Array.from({ length: FIX4K_F8000 - FIX4K_C0000 + 1 }, (_, index) => FIX4K_C0000 + index),
  ...Array.from({ length: 2 * KVM_NR_VAR_MTRR }, (_, index) => PHYSBASE0 + index),
];
