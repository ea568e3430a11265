/** VMRUN, #VMEXIT, and PAT while L2 runs. Linux v7.2 arch/x86/kvm/svm/nested.c, svm.c; without the quirk's switch that of 5.12. */
import { entryFailed, GP, INVALID, type Observation, OK, plain } from '../contract/observation.js';
import type { VmcbPage } from '../contract/operation.js';
import { RULE } from './rules.js';
import { isValidPat, type Vcpu } from './vcpu.js';

/** nested_svm_vmrun(). @param canBeSeparate the quirk exists and is disabled */
export function vmrun(vcpu: Vcpu, page: VmcbPage, canBeSeparate: boolean): Observation {
  const vmcb12 = vcpu.pages[page];
  const isSeparate = canBeSeparate && vmcb12.np;
  if (isSeparate && !isValidPat(vmcb12.gPatHi, vmcb12.gPatLo)) return entryFailed(INVALID, RULE.gPatIllegal);
  vcpu.isSeparate = isSeparate;
  if (!isSeparate) vcpu.pat02.set(vcpu.pat.hi, vcpu.pat.lo, RULE.vmrunSharesPat);
  else if (page !== vcpu.lastPage || !vmcb12.npClean) vcpu.pat02.set(vmcb12.gPatHi, vmcb12.gPatLo, RULE.vmrunLoadsGPat);
  else vcpu.pat02.rule = vcpu.isPat02Shared ? RULE.cleanBitKeepsSharedPat : RULE.cleanBitKeepsGPat;
  // What the clean bit keeps goes on to be L1's.
  vcpu.isPat02Shared = !isSeparate || vcpu.pat02.rule === RULE.cleanBitKeepsSharedPat;
  vcpu.lastPage = page;
  vcpu.page = page;
  vcpu.isInL2 = true;
  return plain(OK, vcpu.pat02.rule);
}

/** nested_svm_vmexit() */
export function vmexit(vcpu: Vcpu): number {
  vcpu.isInL2 = false;
  if (!vcpu.isSeparate) return RULE.vmexitKeepsGPat;
  vcpu.vmcb12.gPatHi = vcpu.pat02.hi;
  vcpu.vmcb12.gPatLo = vcpu.pat02.lo;
  return RULE.vmexitStoresGPat;
}

/** svm_set_msr() of PAT, by the guest that runs. */
export function writePat(vcpu: Vcpu, hi: number, lo: number): Observation {
  if (!isValidPat(hi, lo)) return plain(GP, RULE.patReservedType);
  if (!vcpu.isInL2) vcpu.pat.set(hi, lo, RULE.patStored);
  else if (vcpu.isSeparate) {
    vcpu.pat02.set(hi, lo, RULE.l2WritesOwnPat);
    vcpu.isPat02Shared = false;
  } else {
    vcpu.pat.set(hi, lo, RULE.l2WritesSharedPat);
    vcpu.pat02.set(hi, lo, RULE.l2WritesSharedPat);
  }
  return plain(OK, vcpu.livePat.rule);
}

/** KVM_SET_MSRS of PAT, a legal value: L1's PAT, and the one in use where both levels share it. */
export function hostWritesPat(vcpu: Vcpu, hi: number, lo: number): Observation {
  if (!vcpu.isInL2) {
    vcpu.pat.set(hi, lo, RULE.patStored);
    return plain(OK, RULE.patStored);
  }
  const rule = vcpu.isSeparate ? RULE.hostSetsPatOfL1 : RULE.hostSetsSharedPat;
  vcpu.pat.set(hi, lo, rule);
  if (!vcpu.isSeparate) vcpu.pat02.set(hi, lo, rule);
  return plain(OK, rule);
}

/** KVM_GET_NESTED_STATE, KVM_SET_NESTED_STATE, then KVM_SET_MSRS. @param isLegacy the header's gpat arrives as 0 */
export function restoreNestedState(vcpu: Vcpu, isLegacy: boolean): void {
  vcpu.lastPage = -1;
  if (vcpu.isInL2 && vcpu.isSeparate && isLegacy) {
    vcpu.pat02.set(0, 0, RULE.legacyStateIsUncached);
    vcpu.isPat02Shared = false;
  }
}
