/**
 * MTRRs, PAT and CR0 of every vCPU: storage and validity. Since 6.11 no MTRR takes part in any memory type.
 * Linux v6.16 arch/x86/kvm/mtrr.c, arch/x86/kvm/x86.c.
 */
import type { Machine } from '../contract/machine.js';
import { WB } from '../contract/memory-type.js';
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
import { RULE } from './rules.js';

/** VCNT 8, FIX, WC. */
const MTRRCAP_VALUE = 0x508;
const VARIABLE_REGISTERS = 16;
const FIXED_SLOT = VARIABLE_REGISTERS;
const DEF_TYPE_SLOT = FIXED_SLOT + 11;
const PAT_SLOT = DEF_TYPE_SLOT + 1;
const SLOTS = PAT_SLOT + 1;
const MAX_VCPUS = 8;
/** Sets of legal types, by bit. */
const MTRR_TYPES = (1 << 0) | (1 << 1) | (1 << 4) | (1 << 5) | (1 << 6);
const PAT_TYPES = MTRR_TYPES | (1 << 7);

/** Where a register is kept, or -1: find_mtrr() knows no such number. */
function slotOf(msr: number): number {
  if (msr >= PHYSBASE0 && msr < PHYSBASE0 + VARIABLE_REGISTERS) return msr - PHYSBASE0;
  if (msr === FIX64K_00000) return FIXED_SLOT;
  if (msr === FIX16K_80000 || msr === FIX16K_A0000) return FIXED_SLOT + 1 + msr - FIX16K_80000;
  if (msr >= FIX4K_C0000 && msr <= FIX4K_F8000) return FIXED_SLOT + 3 + msr - FIX4K_C0000;
  if (msr === DEF_TYPE) return DEF_TYPE_SLOT;
  return msr === PAT ? PAT_SLOT : -1;
}

const isLegal = (byte: number, types: number) => byte < 8 && ((types >> byte) & 1) === 1;

function areLegal(half: number, types: number): boolean {
  for (let shift = 0; shift < 32; shift += 8) if (!isLegal((half >>> shift) & 0xff, types)) return false;
  return true;
}

export class GuestRegisters {
  private readonly hi = new Uint32Array(MAX_VCPUS * SLOTS);
  private readonly lo = new Uint32Array(MAX_VCPUS * SLOTS);
  /** The rule of the write that put the value there; registerRead: none did. */
  private readonly rules = new Uint16Array(MAX_VCPUS * SLOTS);
  /** CR0 bits: PG 4, CD 2, NW 1. */
  private readonly cr0 = new Uint8Array(MAX_VCPUS);
  private reservedHi = 0;
  valueHi = 0;
  valueLo = 0;

  reset(machine: Machine): void {
    this.hi.fill(0);
    this.lo.fill(0);
    this.rules.fill(RULE.registerRead);
    const { pg, cd, nw } = machine.cr0;
    for (let vcpu = 0; vcpu < MAX_VCPUS; vcpu++) {
      this.hi[vcpu * SLOTS + PAT_SLOT] = PAT_RESET_HI;
      this.lo[vcpu * SLOTS + PAT_SLOT] = PAT_RESET_LO;
      this.storeCr0(vcpu, pg, cd, nw);
    }
    // Bits of the upper half from MAXPHYADDR up.
    this.reservedHi = (-1 << (machine.maxPhysAddr - 32)) >>> 0;
    this.valueHi = this.valueLo = 0;
  }

  /** Why WRMSR is refused, or RULE.registerStored when it was stored. */
  write(vcpu: number, msr: number, hi: number, lo: number): number {
    const rule = this.refusal(msr, hi >>> 0, lo >>> 0);
    if (rule === RULE.registerStored) {
      this.hi[vcpu * SLOTS + slotOf(msr)] = hi;
      this.lo[vcpu * SLOTS + slotOf(msr)] = lo;
      this.rules[vcpu * SLOTS + slotOf(msr)] = rule;
    }
    return rule;
  }

  /** False: RDMSR faults. */
  read(vcpu: number, msr: number): boolean {
    const slot = slotOf(msr);
    if (msr !== MTRRCAP && slot < 0) return false;
    this.valueHi = slot < 0 ? 0 : this.hi[vcpu * SLOTS + slot];
    this.valueLo = slot < 0 ? MTRRCAP_VALUE : this.lo[vcpu * SLOTS + slot];
    return true;
  }

  /** Of a read that does not fault. */
  ruleOf(vcpu: number, msr: number): number {
    const slot = slotOf(msr);
    return slot < 0 ? RULE.registerRead : this.rules[vcpu * SLOTS + slot];
  }

  storeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): void {
    this.cr0[vcpu] = (pg ? 4 : 0) | (cd ? 2 : 0) | (nw ? 1 : 0);
  }
  /** INIT: CD and NW stay. */
  initCr0(vcpu: number): void {
    this.cr0[vcpu] &= 3;
  }
  hasPaging(vcpu: number): boolean {
    return (this.cr0[vcpu] & 4) !== 0;
  }
  hasCd(vcpu: number): boolean {
    return (this.cr0[vcpu] & 2) !== 0;
  }
  hasNw(vcpu: number): boolean {
    return (this.cr0[vcpu] & 1) !== 0;
  }

  /** PAT type of an access. `index` is 4*PAT + 2*PCD + PWT; ignored while paging is off. */
  patType(vcpu: number, index: number): number {
    if (!this.hasPaging(vcpu)) return WB;
    const halves = index < 4 ? this.lo : this.hi;
    return (halves[vcpu * SLOTS + PAT_SLOT] >>> ((index % 4) * 8)) & 7;
  }

  // kvm_mtrr_valid() and kvm_pat_valid(), statements in their order.
  private refusal(msr: number, hi: number, lo: number): number {
    if (msr === MTRRCAP) return RULE.capabilityIsReadOnly;
    const slot = slotOf(msr);
    if (slot < 0) return RULE.absentRegister;
    if (slot === PAT_SLOT) return areLegal(hi, PAT_TYPES) && areLegal(lo, PAT_TYPES) ? RULE.registerStored : RULE.patTypeIllegal;
    if (slot === DEF_TYPE_SLOT) {
      if (hi !== 0 || (lo & ~0xcff) !== 0) return RULE.defTypeReservedBits;
      return isLegal(lo & 0xff, MTRR_TYPES) ? RULE.registerStored : RULE.defTypeIllegal;
    }
    if (slot >= FIXED_SLOT) {
      return areLegal(hi, MTRR_TYPES) && areLegal(lo, MTRR_TYPES) ? RULE.registerStored : RULE.fixedTypeIllegal;
    }
    return this.variableRefusal(slot % 2 === 0, hi, lo);
  }

  private variableRefusal(isBase: boolean, hi: number, lo: number): number {
    const isTooHigh = (hi & this.reservedHi) !== 0;
    if (!isBase) return isTooHigh || (lo & 0x7ff) !== 0 ? RULE.maskReservedBits : RULE.registerStored;
    if (!isLegal(lo & 0xff, MTRR_TYPES)) return RULE.baseTypeIllegal;
    return isTooHigh || (lo & 0xf00) !== 0 ? RULE.baseReservedBits : RULE.registerStored;
  }
}
