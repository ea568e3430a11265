import { variantNumbers } from '../contract/define-rules.js';
import { DEF_TYPE, FIX64K_00000, MTRRCAP, PAT, PHYSBASE0 } from '../contract/msr.js';
import { DOUBLE_FAULT, GP, OK, type Observation, plain } from '../contract/observation.js';
import { NO_RULE } from '../contract/rule.js';
import { type GuestMtrr, VARIABLE_RANGES } from './guest-mtrr.js';
import type { GuestPat } from './guest-pat.js';
import { baseFault, defTypeFault, fixedFault, isPatValid, maskFault } from './mtrr-validity.js';
import { READ_RULE, READ_WITHIN_WIDTH_RULE, RULE } from './rules.js';
import type { Version } from './switches.js';

/** VCNT 8, FIX, WC. */
const MTRRCAP_VALUE = 0x508;
const FIRST_ABSENT_PAIR = PHYSBASE0 + 2 * VARIABLE_RANGES;

/** From the rule by which a register has its value to the same with the clause that a read adds. */
const READ = variantNumbers(RULE, READ_RULE);
const READ_WITHIN_WIDTH = variantNumbers(RULE, READ_WITHIN_WIDTH_RULE);

const VCPUS = 8;
/** The numbers from PHYSBASE0 to MTRRdefType. */
const NUMBERS = DEF_TYPE - PHYSBASE0 + 1;

/**
 * WRMSR and RDMSR of the MTRRs and PAT: what is accepted, stored and read back. What a write zaps is mtrr-zap.ts.
 * Linux v6.6 arch/x86/kvm/mtrr.c, kvm_mtrr_set_msr() and kvm_mtrr_get_msr(); x86.c and vmx/vmx.c for the other two.
 */
export class GuestMsrs {
  /** Value of the last read that was `ok`. */
  valueHi = 0;
  valueLo = 0;
  /** By which rule each register has its value, at vcpu * NUMBERS + msr - PHYSBASE0. */
  private readonly setBy = new Uint8Array(VCPUS * NUMBERS);

  constructor(
    private readonly version: Version,
    private readonly mtrr: GuestMtrr,
    private readonly pat: GuestPat,
  ) {}

  reset(): void {
    this.setBy.fill(RULE.registerAtStart);
  }

  write(vcpu: number, msr: number, hi: number, lo: number): Observation {
    if (msr < FIRST_ABSENT_PAIR) {
      if (msr === MTRRCAP) return plain(GP, RULE.mtrrcapIsReadOnly);
      return this.writeVariable(vcpu, msr, hi, lo);
    }
    if (msr < FIX64K_00000) return plain(GP, RULE.absentPairFaults);
    if (msr === PAT) return this.writePat(vcpu, hi, lo);
    if (msr === DEF_TYPE) return this.writeDefType(vcpu, hi, lo);
    return this.writeFixed(vcpu, msr, hi, lo);
  }

  private writeVariable(vcpu: number, msr: number, hi: number, lo: number): Observation {
    const addressHi = this.mtrr.guestAddressHi;
    const isMask = (msr & 1) === 1;
    const fault = isMask ? maskFault(this.version, addressHi, hi, lo) : baseFault(this.version, addressHi, hi, lo);
    if (fault === RULE.variableReservedBitsTwice) return plain(DOUBLE_FAULT, fault);
    if (fault !== NO_RULE) return plain(GP, fault);
    this.mtrr.setVariable(vcpu, msr, hi, lo);
    return this.stored(vcpu, msr, RULE.variableMtrrStored);
  }

  private writeDefType(vcpu: number, hi: number, lo: number): Observation {
    const fault = defTypeFault(this.version, hi, lo);
    if (fault !== NO_RULE) return plain(GP, fault);
    this.mtrr.setDefType(vcpu, hi, lo);
    const isCut = this.version.keepsDefTypeInParts && (hi !== 0 || (lo & ~0xcff) !== 0);
    this.setBy[vcpu * NUMBERS + DEF_TYPE - PHYSBASE0] = isCut ? RULE.defTypeReadsBackInParts : RULE.defTypeStored;
    return plain(OK, RULE.defTypeStored);
  }

  private writeFixed(vcpu: number, msr: number, hi: number, lo: number): Observation {
    const fault = fixedFault(this.version, hi, lo);
    if (fault !== NO_RULE) return plain(GP, fault);
    this.mtrr.setFixed(vcpu, msr, hi, lo);
    return this.stored(vcpu, msr, RULE.fixedMtrrStored);
  }

  private writePat(vcpu: number, hi: number, lo: number): Observation {
    if (this.version.checksPat && !isPatValid(hi, lo)) return plain(GP, RULE.patReservedType);
    this.pat.set(vcpu, hi, lo);
    return this.stored(vcpu, PAT, RULE.patStored);
  }

  private stored(vcpu: number, msr: number, rule: number): Observation {
    this.setBy[vcpu * NUMBERS + msr - PHYSBASE0] = rule;
    return plain(OK, rule);
  }

  /** The write of what was read here: the register still has it by the rule by which it had it before, unless the read cut it. */
  restore(vcpu: number, msr: number, hi: number, lo: number): void {
    const at = vcpu * NUMBERS + msr - PHYSBASE0;
    const isCut = msr === PAT && this.version.patReadsBackLowHalf && this.pat.hi[vcpu] !== 0;
    const rule = isCut ? RULE.patReadsBackLowHalf : this.setBy[at];
    this.write(vcpu, msr, hi, lo);
    this.setBy[at] = rule;
  }

  read(vcpu: number, msr: number): Observation {
    if (msr < FIRST_ABSENT_PAIR) {
      if (msr === MTRRCAP) return this.value(0, MTRRCAP_VALUE, RULE.mtrrcapIsConstant);
      return this.readVariable(vcpu, msr);
    }
    if (msr < FIX64K_00000) return plain(GP, RULE.absentPairFaults);
    const rule = READ[this.setBy[vcpu * NUMBERS + msr - PHYSBASE0]];
    if (msr === PAT) return this.readPat(vcpu, rule);
    if (msr === DEF_TYPE) return this.value(this.mtrr.defTypeHi[vcpu], this.mtrr.defTypeLo[vcpu], rule);
    return this.value(this.mtrr.fixedHalf(vcpu, msr, 1), this.mtrr.fixedHalf(vcpu, msr, 0), rule);
  }

  private readVariable(vcpu: number, msr: number): Observation {
    const { mtrr, version } = this;
    const at = vcpu * VARIABLE_RANGES + ((msr - PHYSBASE0) >> 1);
    const isMask = (msr & 1) === 1;
    const hi = isMask ? mtrr.maskHi[at] : mtrr.baseHi[at];
    const lo = isMask ? mtrr.maskLo[at] : mtrr.baseLo[at];
    const rule = this.setBy[vcpu * NUMBERS + msr - PHYSBASE0];
    if (version.extendsMasks) return this.value(hi & mtrr.guestAddressHi, lo, READ_WITHIN_WIDTH[rule]);
    return this.value(hi, lo, READ[rule]);
  }

  private readPat(vcpu: number, rule: number): Observation {
    const { hi, lo } = this.pat;
    if (!this.version.patReadsBackLowHalf) return this.value(hi[vcpu], lo[vcpu], rule);
    return this.value(0, lo[vcpu], hi[vcpu] === 0 ? rule : RULE.patReadsBackLowHalf);
  }

  private value(hi: number, lo: number, rule: number): Observation {
    this.valueHi = hi;
    this.valueLo = lo;
    return plain(OK, rule);
  }
}
