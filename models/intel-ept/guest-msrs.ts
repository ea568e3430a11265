import { DEF_TYPE, FIX64K_00000, MTRRCAP, PAT, PHYSBASE0 } from '../contract/msr.js';
import { GP, OK, type Observation, plain } from '../contract/observation.js';
import { NO_RULE } from '../contract/rule.js';
import { type GuestMtrr, VARIABLE_RANGES } from './guest-mtrr.js';
import type { GuestPat } from './guest-pat.js';
import { baseFault, defTypeFault, fixedFault, isPatValid, maskFault } from './mtrr-validity.js';
import { RULE } from './rules.js';
import type { Version } from './switches.js';

/** VCNT 8, FIX, WC. */
const MTRRCAP_VALUE = 0x508;
const FIRST_ABSENT_PAIR = PHYSBASE0 + 2 * VARIABLE_RANGES;

/**
 * WRMSR and RDMSR of the MTRRs and PAT: what is accepted, stored and read back. What a write zaps is mtrr-zap.ts.
 * Linux v6.6 arch/x86/kvm/mtrr.c, kvm_mtrr_set_msr() and kvm_mtrr_get_msr(); x86.c and vmx/vmx.c for the other two.
 */
export class GuestMsrs {
  /** Value of the last read that was `ok`. */
  valueHi = 0;
  valueLo = 0;

  constructor(
    private readonly version: Version,
    private readonly mtrr: GuestMtrr,
    private readonly pat: GuestPat,
  ) {}

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
    if (fault !== NO_RULE) return plain(GP, fault);
    this.mtrr.setVariable(vcpu, msr, hi, lo);
    return plain(OK, RULE.variableMtrrStored);
  }

  private writeDefType(vcpu: number, hi: number, lo: number): Observation {
    const fault = defTypeFault(this.version, hi, lo);
    if (fault !== NO_RULE) return plain(GP, fault);
    this.mtrr.setDefType(vcpu, hi, lo);
    return plain(OK, RULE.defTypeStored);
  }

  private writeFixed(vcpu: number, msr: number, hi: number, lo: number): Observation {
    const fault = fixedFault(this.version, hi, lo);
    if (fault !== NO_RULE) return plain(GP, fault);
    this.mtrr.setFixed(vcpu, msr, hi, lo);
    return plain(OK, RULE.fixedMtrrStored);
  }

  private writePat(vcpu: number, hi: number, lo: number): Observation {
    if (this.version.checksPat && !isPatValid(hi, lo)) return plain(GP, RULE.patReservedType);
    this.pat.set(vcpu, hi, lo);
    return plain(OK, RULE.patStored);
  }

  read(vcpu: number, msr: number): Observation {
    if (msr < FIRST_ABSENT_PAIR) {
      if (msr === MTRRCAP) return this.value(0, MTRRCAP_VALUE, RULE.mtrrcapIsConstant);
      return this.readVariable(vcpu, msr);
    }
    if (msr < FIX64K_00000) return plain(GP, RULE.absentPairFaults);
    if (msr === PAT) return this.readPat(vcpu);
    if (msr === DEF_TYPE) {
      const rule = this.version.keepsDefTypeInParts ? RULE.defTypeReadsBackInParts : RULE.registerReadsBack;
      return this.value(this.mtrr.defTypeHi[vcpu], this.mtrr.defTypeLo[vcpu], rule);
    }
    return this.value(this.mtrr.fixedHalf(vcpu, msr, 1), this.mtrr.fixedHalf(vcpu, msr, 0), RULE.registerReadsBack);
  }

  private readVariable(vcpu: number, msr: number): Observation {
    const { mtrr, version } = this;
    const at = vcpu * VARIABLE_RANGES + ((msr - PHYSBASE0) >> 1);
    const isMask = (msr & 1) === 1;
    const hi = isMask ? mtrr.maskHi[at] : mtrr.baseHi[at];
    const lo = isMask ? mtrr.maskLo[at] : mtrr.baseLo[at];
    if (version.extendsMasks) return this.value(hi & mtrr.guestAddressHi, lo, RULE.pairReadsBackWithinWidth);
    return this.value(hi, lo, RULE.registerReadsBack);
  }

  private readPat(vcpu: number): Observation {
    if (this.version.patReadsBackLowHalf) return this.value(0, this.pat.lo[vcpu], RULE.patReadsBackLowHalf);
    return this.value(this.pat.hi[vcpu], this.pat.lo[vcpu], RULE.registerReadsBack);
  }

  private value(hi: number, lo: number, rule: number): Observation {
    this.valueHi = hi;
    this.valueLo = lo;
    return plain(OK, rule);
  }
}
