/** MTRRs and PAT: what is checked, kept and read back. CPUMAllMsrs.cpp. None of them reaches the processor. */
import type { Machine } from '../contract/machine.js';
import { WB } from '../contract/memory-type.js';
import {
  DEF_TYPE,
  FIX16K_80000,
  FIX16K_A0000,
  FIX4K_C0000,
  FIX4K_F8000,
  FIX64K_00000,
  MTRRCAP,
  PAT,
  PAT_RESET_HI,
  PAT_RESET_LO,
} from '../contract/msr.js';
import { GP, type Observation, OK, plain } from '../contract/observation.js';
import { RULE } from './rules.js';
import type { Version } from './switches.js';

const FIRST = 0x200;
const FIRST_ABSENT = 0x210;
const LAST_VARIABLE = 0x21f;
/** Registers are kept at their number less 0x200. */
const SLOTS = 0x100;
const VCPUS = 8;

export class GuestMsrs {
  valueHi = 0;
  valueLo = 0;
  private readonly hi = new Uint32Array(VCPUS * SLOTS);
  private readonly lo = new Uint32Array(VCPUS * SLOTS);
  private readonly writtenBy = new Uint16Array(VCPUS * SLOTS);
  private maxPhysAddr = 0;

  constructor(private readonly version: Version) {}

  reset({ maxPhysAddr }: Machine): void {
    this.maxPhysAddr = maxPhysAddr;
    this.hi.fill(0);
    this.lo.fill(0);
    this.writtenBy.fill(RULE.registerAtStart);
    for (let vcpu = 0; vcpu < VCPUS; vcpu++) {
      this.hi[vcpu * SLOTS + PAT - FIRST] = PAT_RESET_HI;
      this.lo[vcpu * SLOTS + PAT - FIRST] = PAT_RESET_LO;
    }
    this.valueHi = 0;
    this.valueLo = 0;
  }

  half(vcpu: number, msr: number, isHigh: boolean): number {
    return (isHigh ? this.hi : this.lo)[vcpu * SLOTS + msr - FIRST];
  }

  read(vcpu: number, msr: number): Observation {
    const isAbsent = msr >= FIRST_ABSENT && msr <= LAST_VARIABLE;
    if (isAbsent && this.version.absentPair === 'gp') return plain(GP, RULE.absentPair);
    this.valueHi = 0;
    this.valueLo = 0;
    if (isAbsent) return plain(OK, RULE.absentPairIgnored);
    if (msr === MTRRCAP) return plain(OK, RULE.mtrrcapZero);
    if (msr < FIRST_ABSENT && !this.version.storesVariablePairs) return plain(OK, RULE.variableReadsZero);
    const at = vcpu * SLOTS + msr - FIRST;
    this.valueHi = this.hi[at];
    this.valueLo = this.lo[at];
    return plain(OK, this.writtenBy[at]);
  }

  write(vcpu: number, msr: number, hi: number, lo: number): Observation {
    if (msr === MTRRCAP) return plain(GP, RULE.mtrrcapReadOnly);
    if (msr === PAT)
      return areTypes(hi, 7) && areTypes(lo, 7) ? this.keep(vcpu, msr, hi, lo, RULE.patStored) : plain(GP, RULE.patReservedType);
    if (msr === DEF_TYPE) {
      return isType(lo & 0xff, WB) ? this.keep(vcpu, msr, hi, lo, RULE.defTypeStored) : plain(GP, RULE.defTypeReservedType);
    }
    if (msr > LAST_VARIABLE) {
      const isLegal = areTypes(hi, WB) && areTypes(lo, WB);
      return isLegal ? this.keep(vcpu, msr, hi, lo, RULE.fixedStored) : plain(GP, RULE.fixedReservedType);
    }
    return msr < FIRST_ABSENT ? this.writePair(vcpu, msr, hi, lo) : this.writeAbsent();
  }

  private writePair(vcpu: number, msr: number, hi: number, lo: number): Observation {
    if (msr % 2 === 0 && !isType(lo & 0xff, WB)) return plain(GP, RULE.baseReservedType);
    if (hi >= 2 ** (this.maxPhysAddr - 32)) return plain(GP, RULE.variableReservedBits);
    return this.version.storesVariablePairs ? this.keep(vcpu, msr, hi, lo, RULE.variableStored) : plain(OK, RULE.variableDropped);
  }

  private writeAbsent(): Observation {
    return this.version.absentPair === 'gp' ? plain(GP, RULE.absentPair) : plain(OK, RULE.absentPairIgnored);
  }

  private keep(vcpu: number, msr: number, hi: number, lo: number, rule: number): Observation {
    const at = vcpu * SLOTS + msr - FIRST;
    this.hi[at] = hi;
    this.lo[at] = lo;
    this.writtenBy[at] = rule;
    return plain(OK, rule);
  }
}

/** @param highest WB of an MTRR, UC- of PAT */
function isType(byte: number, highest: number): boolean {
  return byte <= highest && byte !== 2 && byte !== 3;
}

function areTypes(half: number, highest: number): boolean {
  for (let shift = 0; shift < 32; shift += 8) if (!isType((half >>> shift) & 0xff, highest)) return false;
  return true;
}

/** Every register that is kept, in the order in which the state shows them. */
export const MSRS: readonly number[] = [
  DEF_TYPE,
  FIX64K_00000,
  FIX16K_80000,
  FIX16K_A0000,
  ...Array.from({ length: FIX4K_F8000 - FIX4K_C0000 + 1 }, (_, index) => FIX4K_C0000 + index),
  ...Array.from({ length: FIRST_ABSENT - FIRST }, (_, index) => FIRST + index),
  PAT,
];
