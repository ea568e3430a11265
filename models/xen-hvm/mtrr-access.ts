/** RDMSR and WRMSR of MTRRs: what is accepted, and what it stores. */
import { DEF_TYPE, FIX4K_C0000, FIX16K_80000, FIX64K_00000, PHYSBASE0 } from '../contract/msr.js';
import { GP, type Observation, OK, plain } from '../contract/observation.js';
import type { MtrrSnapshots } from './mtrr-snapshots.js';
import { NO_RULE } from '../contract/rule.js';
import { ENABLED, FIXED_ENABLED, FIXED_ROWS, type MtrrState, PAIRS } from './mtrr-state.js';
import { RULE } from './rules.js';

/** Bit t: t is a type of an MTRR. */
const MTRR_TYPES = 0b1110011;
/** Bit t: t is a type of a PAT entry. */
const PAT_TYPES = 0b11110011;

/** Bits of the default type register that are not reserved, and bits of a range's base and mask that are. */
const DEF_TYPE_BITS = 0xcff;
const BASE_RESERVED = 0xf00;
const MASK_RESERVED = 0x7ff;

const DEF_TYPE_STORED = plain(OK, RULE.defTypeWritten);
const FIXED_STORED = plain(OK, RULE.fixedWritten);
const FIXED_REDUNDANT = plain(OK, RULE.fixedUnchanged);
const VARIABLE_STORED = plain(OK, RULE.variableWritten);
/** Of the format. */
const MOST_VCPUS = 8;
/** Registers of a vCPU by number: the default type, the fixed ranges, the variable ranges. */
const DEF_TYPE_NUMBER = 0;
const FIRST_FIXED = 1;
const FIRST_VARIABLE = FIRST_FIXED + FIXED_ROWS;
const REGISTERS = FIRST_VARIABLE + 2 * PAIRS;
const VARIABLE_REDUNDANT = plain(OK, RULE.variableUnchanged);

/** Whether each byte of a word is a type of the set. */
function areTypes(word: number, types: number): boolean {
  for (let shift = 0; shift < 32; shift += 8) {
    const type = (word >>> shift) & 0xff;
    if (type > 7 || (types & (1 << type)) === 0) return false;
  }
  return true;
}

/** Xen xen/arch/x86/hvm/hvm.c, `hvm_set_guest_pat()`: each entry of PAT has a type. */
export function isPat(hi: number, lo: number): boolean {
  return areTypes(hi, PAT_TYPES) && areTypes(lo, PAT_TYPES);
}

function isMtrrType(type: number): boolean {
  return type < 7 && (MTRR_TYPES & (1 << type)) !== 0;
}

/** Row of a fixed-range MSR in ascending order of address. */
export function fixedRow(msr: number): number {
  if (msr >= FIX4K_C0000) return 3 + msr - FIX4K_C0000;
  return msr >= FIX16K_80000 ? 1 + msr - FIX16K_80000 : 0;
}

export class MtrrAccess {
  /** Bits of the high half at or above the guest's MAXPHYADDR. */
  private aboveWidth = 0;
  /** By vCPU and register: the rule of the write, or of the save record, that put the value there; msrRead: nothing did. */
  private readonly rules = new Uint16Array(MOST_VCPUS * REGISTERS);
  /** The accepted write has to be followed by `memory_type_changed()`. */
  changesTypes = false;
  /** Why it need not be, or NO_RULE: it has to be, or the write was refused. */
  sparedBy = NO_RULE;
  valueHi = 0;
  valueLo = 0;

  constructor(private readonly mtrrs: MtrrSnapshots) {}

  /** @param width guest MAXPHYADDR, at least 36. */
  reset(width: number): void {
    this.aboveWidth = -1 << (width - 32);
    this.rules.fill(RULE.msrRead);
  }

  /** Any MTRR but MTRRcap. */
  write(vcpu: number, msr: number, hi: number, lo: number): Observation {
    this.changesTypes = false;
    this.sparedBy = NO_RULE;
    if (msr === DEF_TYPE) return this.writeDefType(vcpu, hi, lo);
    if (msr >= FIX64K_00000) return this.writeFixed(vcpu, fixedRow(msr), hi, lo);
    const register = msr - PHYSBASE0;
    return register >= 2 * PAIRS ? plain(GP, RULE.pairAbsent) : this.writeVariable(vcpu, register, hi, lo);
  }

  /** Any MTRR but MTRRcap; the value is left in `valueHi` and `valueLo`. */
  read(vcpu: number, msr: number): Observation {
    const m = this.mtrrs.of(vcpu);
    if (msr === DEF_TYPE) return this.value(0, m.defType, this.rules[vcpu * REGISTERS + DEF_TYPE_NUMBER]);
    if (msr >= FIX64K_00000) {
      const row = fixedRow(msr);
      return this.value(m.fixed[2 * row + 1], m.fixed[2 * row], this.rules[vcpu * REGISTERS + FIRST_FIXED + row]);
    }
    const register = msr - PHYSBASE0;
    if (register >= 2 * PAIRS) return plain(GP, RULE.pairAbsent);
    const rule = this.rules[vcpu * REGISTERS + FIRST_VARIABLE + register];
    return this.value(m.variable[2 * register + 1], m.variable[2 * register], rule);
  }

  /** Notes the registers of a vCPU that loading `saved` from its record will change. */
  willLoad(vcpu: number, saved: MtrrState): void {
    for (let register = 2; register < 2 * PAIRS; register++) {
      const kept = register & 1;
      if (!saved.hasVariable(register, saved.variable[2 * kept + 1], saved.variable[2 * kept]))
        this.rules[vcpu * REGISTERS + FIRST_VARIABLE + register] = RULE.saveRecordReplicatesPair0;
    }
  }

  value(hi: number, lo: number, rule: number): Observation {
    this.valueHi = hi >>> 0;
    this.valueLo = lo >>> 0;
    return plain(OK, rule);
  }

  /** Xen xen/arch/x86/hvm/mtrr.c, `mtrr_def_type_msr_set()`. */
  private writeDefType(vcpu: number, hi: number, lo: number): Observation {
    if (!isMtrrType(lo & 0xff)) return plain(GP, RULE.defTypeInvalidType);
    if (((lo & ~DEF_TYPE_BITS) | hi) !== 0) return plain(GP, RULE.defTypeReservedBits);
    this.rules[vcpu * REGISTERS + DEF_TYPE_NUMBER] = RULE.defTypeWritten;
    if (this.mtrrs.of(vcpu).defType !== lo) {
      this.mtrrs.writable(vcpu).defType = lo;
      this.changesTypes = true;
    } else this.sparedBy = RULE.redundantWriteSpares;
    return DEF_TYPE_STORED;
  }

  /** Xen xen/arch/x86/hvm/mtrr.c, `mtrr_fix_range_msr_set()`. */
  private writeFixed(vcpu: number, row: number, hi: number, lo: number): Observation {
    if (this.mtrrs.of(vcpu).hasFixed(row, hi, lo)) return this.spared(FIXED_REDUNDANT, RULE.redundantWriteSpares);
    if (!areTypes(lo, MTRR_TYPES) || !areTypes(hi, MTRR_TYPES)) return plain(GP, RULE.fixedInvalidType);
    const m = this.mtrrs.writable(vcpu);
    m.setFixed(row, hi, lo);
    // 4e34e0586f
    this.changesTypes = (m.defType & ENABLED) !== 0 && (m.defType & FIXED_ENABLED) !== 0;
    this.rules[vcpu * REGISTERS + FIRST_FIXED + row] = RULE.fixedWritten;
    return this.changesTypes ? FIXED_STORED : this.spared(FIXED_STORED, RULE.disabledRangeSpares);
  }

  /** Xen xen/arch/x86/hvm/mtrr.c, `mtrr_var_range_msr_set()`. */
  private writeVariable(vcpu: number, register: number, hi: number, lo: number): Observation {
    if (this.mtrrs.of(vcpu).hasVariable(register, hi, lo)) return this.spared(VARIABLE_REDUNDANT, RULE.redundantWriteSpares);
    const isMask = (register & 1) !== 0;
    if (!isMask && !isMtrrType(lo & 0xff)) return plain(GP, RULE.baseInvalidType);
    if (isMask && (lo & MASK_RESERVED) !== 0) return plain(GP, RULE.maskReservedBits);
    if (!isMask && (lo & BASE_RESERVED) !== 0) return plain(GP, RULE.baseReservedBits);
    if ((hi & this.aboveWidth) !== 0) return plain(GP, RULE.bitsAboveWidth);
    const m = this.mtrrs.writable(vcpu);
    m.setVariable(register, hi, lo);
    this.rules[vcpu * REGISTERS + FIRST_VARIABLE + register] = RULE.variableWritten;
    // 4e34e0586f
    this.changesTypes = (m.defType & ENABLED) !== 0;
    return this.changesTypes ? VARIABLE_STORED : this.spared(VARIABLE_STORED, RULE.disabledRangeSpares);
  }

  private spared(observation: Observation, rule: number): Observation {
    this.sparedBy = rule;
    return observation;
  }
}

/**
 * Xen xen/arch/x86/hvm/mtrr.c, `hvm_load_mtrr_msr()` from a record that `hvm_save_mtrr_msr()` made: since 343eb57023 (4.12) it holds variable
 * pair 0 in the place of every pair.
 */
export function loadFromRecord(m: MtrrState, saved: MtrrState): void {
  m.fixed.set(saved.fixed);
  for (let register = 0; register < 2 * PAIRS; register++) {
    const kept = register & 1;
    m.setVariable(register, saved.variable[2 * kept + 1], saved.variable[2 * kept]);
  }
  m.defType = saved.defType;
}
