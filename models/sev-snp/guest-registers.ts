/**
 * MTRR and PAT MSRs and CR0 of the guest, as KVM keeps them. Linux v6.16 arch/x86/kvm/mtrr.c and x86.c: the MTRRs are stored and read
 * back, nothing else looks at them. KVM tests no CPUID bit for them.
 */
import type { Machine } from '../contract/machine.js';
import {
  DEF_TYPE,
  FIX4K_C0000,
  FIX4K_F8000,
  FIX16K_80000,
  FIX16K_A0000,
  FIX64K_00000,
  MTRRCAP,
  PAT,
  PAT_RESET_HI,
  PAT_RESET_LO,
  PHYSBASE0,
} from '../contract/msr.js';
import { GP, OK, type Observation, plain } from '../contract/observation.js';
import { RULE } from './rules.js';

const FIXED_SLOT = 16;
const DEF_TYPE_SLOT = 27;
const PAT_SLOT = 28;
const SLOTS = 29;
const ABSENT = -1;
/** VCNT 8, fixed ranges, WC. */
const CAPABILITIES = 0x508;

/** Bit t: type t may stand in an MTRR: UC WC WT WP WB. */
const MTRR_TYPES = 0b0111_0011;
/** Bit t: type t may stand in a PAT entry: those and UC-. */
const PAT_TYPES = 0b1111_0011;

/** Where an MSR is kept: pairs 0 to 15, fixed 16 to 26, then the default type and PAT; ABSENT for others. */
function slotOf(msr: number): number {
  if (msr >= PHYSBASE0 && msr < PHYSBASE0 + 16) return msr - PHYSBASE0;
  if (msr >= FIX4K_C0000 && msr <= FIX4K_F8000) return FIXED_SLOT + 3 + msr - FIX4K_C0000;
  if (msr === DEF_TYPE) return DEF_TYPE_SLOT;
  if (msr === PAT) return PAT_SLOT;
  if (msr === FIX64K_00000) return FIXED_SLOT;
  if (msr === FIX16K_80000) return FIXED_SLOT + 1;
  if (msr === FIX16K_A0000) return FIXED_SLOT + 2;
  return ABSENT;
}

/** Whether each of the four bytes is a type of the set. */
function areTypes(half: number, types: number): boolean {
  for (let shift = 0; shift < 32; shift += 8) {
    const type = (half >>> shift) & 0xff;
    if (type > 7 || ((types >> type) & 1) === 0) return false;
  }
  return true;
}

export class GuestRegisters {
  valueHi = 0;
  valueLo = 0;
  private hi = new Uint32Array(8 * SLOTS);
  private lo = new Uint32Array(8 * SLOTS);
  /** The rule of the write that put the value there; msrRead: none did. */
  private rules = new Uint16Array(8 * SLOTS);
  private pg = new Uint8Array(8);
  private cd = new Uint8Array(8);
  private nw = new Uint8Array(8);
  private vcpus = 1;
  private maxPhysAddr = 46;
  private stripsCd = true;

  reset(machine: Machine): void {
    this.valueHi = 0;
    this.valueLo = 0;
    this.vcpus = machine.vcpus;
    this.maxPhysAddr = machine.maxPhysAddr;
    this.stripsCd = machine.quirkCdNwCleared;
    this.hi.fill(0, 0, this.vcpus * SLOTS);
    this.lo.fill(0, 0, this.vcpus * SLOTS);
    this.rules.fill(RULE.msrRead, 0, this.vcpus * SLOTS);
    for (let vcpu = 0; vcpu < this.vcpus; vcpu++) {
      this.hi[vcpu * SLOTS + PAT_SLOT] = PAT_RESET_HI;
      this.lo[vcpu * SLOTS + PAT_SLOT] = PAT_RESET_LO;
      this.pg[vcpu] = machine.cr0.pg ? 1 : 0;
      this.cd[vcpu] = machine.cr0.cd ? 1 : 0;
      this.nw[vcpu] = machine.cr0.nw ? 1 : 0;
    }
  }

  write(vcpu: number, msr: number, hi: number, lo: number): Observation {
    const slot = slotOf(msr);
    if (slot === ABSENT) return plain(GP, msr === MTRRCAP ? RULE.capabilitiesAreReadOnly : RULE.absentMsr);
    const fault = this.faultOf(slot, hi, lo);
    if (fault !== 0) return plain(GP, fault);
    this.hi[vcpu * SLOTS + slot] = hi;
    this.lo[vcpu * SLOTS + slot] = lo;
    const rule = slot === PAT_SLOT ? RULE.patStored : RULE.mtrrStored;
    this.rules[vcpu * SLOTS + slot] = rule;
    return plain(OK, rule);
  }

  /** Linux `kvm_mtrr_valid()`, `kvm_pat_valid()`: the rule that refuses the value, or 0. */
  private faultOf(slot: number, hi: number, lo: number): number {
    if (slot === PAT_SLOT) return areTypes(hi, PAT_TYPES) && areTypes(lo, PAT_TYPES) ? 0 : RULE.patTypeInvalid;
    if (slot === DEF_TYPE_SLOT) {
      if (hi !== 0 || (lo & ~0xcff) !== 0) return RULE.defTypeReservedBits;
      return (lo & 0xff) <= 7 && ((MTRR_TYPES >> (lo & 0xff)) & 1) === 1 ? 0 : RULE.defTypeInvalid;
    }
    if (slot >= FIXED_SLOT) return areTypes(hi, MTRR_TYPES) && areTypes(lo, MTRR_TYPES) ? 0 : RULE.fixedTypeInvalid;
    const aboveWidth = hi >>> (this.maxPhysAddr - 32) !== 0;
    if ((slot & 1) === 1) return aboveWidth || (lo & 0x7ff) !== 0 ? RULE.physMaskReservedBits : 0;
    const type = lo & 0xff;
    if (type > 7 || ((MTRR_TYPES >> type) & 1) === 0) return RULE.physBaseTypeInvalid;
    return aboveWidth || (lo & 0xf00) !== 0 ? RULE.physBaseReservedBits : 0;
  }

  read(vcpu: number, msr: number): Observation {
    const slot = slotOf(msr);
    if (slot === ABSENT) {
      if (msr !== MTRRCAP) return plain(GP, RULE.absentMsr);
      this.valueHi = 0;
      this.valueLo = CAPABILITIES;
      return plain(OK, RULE.msrRead);
    }
    this.valueHi = this.hi[vcpu * SLOTS + slot];
    this.valueLo = this.lo[vcpu * SLOTS + slot];
    return plain(OK, this.rules[vcpu * SLOTS + slot]);
  }

  /** Linux `kvm_set_cr0()`, `svm_set_cr0()`. */
  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    if (nw && !cd) return plain(GP, RULE.nwWithoutCd);
    this.pg[vcpu] = pg ? 1 : 0;
    this.cd[vcpu] = cd ? 1 : 0;
    this.nw[vcpu] = nw ? 1 : 0;
    return plain(OK, RULE.cr0Stored);
  }

  /** Linux `kvm_vcpu_reset()` on INIT: CR0.CD and NW, the MTRRs and PAT stay. */
  init(vcpu: number): Observation {
    this.pg[vcpu] = 0;
    return plain(OK, RULE.initKeepsRegisters);
  }

  isPaging(vcpu: number): boolean {
    return this.pg[vcpu] === 1;
  }

  /** CR0.CD as the guest wrote it. */
  hasCd(vcpu: number): boolean {
    return this.cd[vcpu] === 1;
  }

  /** Whether CR0.CD is set in the VMCB: KVM strips it while the quirk is enabled. */
  isCachingOff(vcpu: number): boolean {
    return this.cd[vcpu] === 1 && !this.stripsCd;
  }

  /** PAT type that the index selects, in the guest PAT of the VMCB. */
  patType(vcpu: number, index: number): number {
    const at = vcpu * SLOTS + PAT_SLOT;
    return ((index < 4 ? this.lo[at] : this.hi[at]) >>> ((index & 3) * 8)) & 7;
  }

  state(): Record<string, unknown> {
    const state: Record<string, unknown> = {};
    for (let vcpu = 0; vcpu < this.vcpus; vcpu++) {
      for (let slot = 0; slot < SLOTS; slot++) state[`vcpu${vcpu} ${slotName(slot)}`] = this.hex(vcpu * SLOTS + slot);
      state[`vcpu${vcpu} CR0`] = { pg: this.pg[vcpu] === 1, cd: this.cd[vcpu] === 1, nw: this.nw[vcpu] === 1 };
    }
    return state;
  }

  private hex(at: number): string {
    return `0x${((BigInt(this.hi[at]) << 32n) | BigInt(this.lo[at])).toString(16)}`;
  }
}

const FIXED_NAMES = ['64K_00000', '16K_80000', '16K_A0000'];

function slotName(slot: number): string {
  if (slot === PAT_SLOT) return 'PAT';
  if (slot === DEF_TYPE_SLOT) return 'MTRRdefType';
  if (slot < FIXED_SLOT) return `MTRRphys${(slot & 1) === 0 ? 'Base' : 'Mask'}${slot >> 1}`;
  const fixed = slot - FIXED_SLOT;
  return `MTRRfix${FIXED_NAMES[fixed] ?? `4K_${(0xc0000 + (fixed - 3) * 0x8000).toString(16).toUpperCase()}`}`;
}
