/** Entry, exit and PAT while L2 runs. Linux arch/x86/kvm/vmx/nested.c, nested_vmx_run() and what it calls; vmx.c, vmx_set_msr(). */
import { entryFailed, GP, GUEST_STATE, HOST_STATE, type Observation, OK, plain } from '../contract/observation.js';
import { RULE } from './rules.js';
import { isLegal, type Pat, PAT_AT_RESET, type Vcpu } from './vcpu.js';

export function enter(vcpu: Vcpu): Observation {
  const { vmcs12 } = vcpu;
  if (vmcs12.loadHostPat && !isLegal(vmcs12.hostPat)) return entryFailed(HOST_STATE, RULE.hostPatIllegal);
  if (vmcs12.loadGuestPat && !isLegal(vmcs12.guestPat)) {
    // An exit for invalid guest state loads the host state as any exit does; L2's PAT was not loaded.
    if (vmcs12.loadHostPat) loadHostPat(vcpu);
    return entryFailed(GUEST_STATE, RULE.guestPatIllegal);
  }
  vcpu.isInL2 = true;
  vcpu.patRule = vmcs12.loadGuestPat ? RULE.entryLoadsPat : RULE.entryKeepsPat;
  if (vmcs12.loadGuestPat) vcpu.pat = vmcs12.guestPat;
  vcpu.pat02 = vcpu.pat;
  return plain(OK, vcpu.patRule);
}

/** nested_vmx_vmexit(); returns the rule of what it does to PAT. */
export function exit(vcpu: Vcpu): number {
  vcpu.isInL2 = false;
  if (vcpu.vmcs12.loadHostPat) loadHostPat(vcpu);
  else vcpu.patRule = RULE.exitKeepsPat;
  return vcpu.patRule;
}

/** load_vmcs12_host_state() */
function loadHostPat(vcpu: Vcpu): void {
  vcpu.pat = vcpu.vmcs12.hostPat;
  vcpu.pat01 = vcpu.pat;
  vcpu.patRule = RULE.exitLoadsPat;
}

/** vmx_set_msr(): of the guest in its mode, and of userspace alike. */
export function writePat(vcpu: Vcpu, pat: Pat): Observation {
  if (!isLegal(pat)) return plain(GP, RULE.patReservedType);
  vcpu.pat = pat;
  if (!vcpu.isInL2) {
    vcpu.pat01 = pat;
    vcpu.patRule = RULE.patStored;
    return plain(OK, RULE.patStored);
  }
  vcpu.pat02 = pat;
  vcpu.patRule = RULE.l2WritesPat;
  if (!vcpu.vmcs12.saveGuestPat) return plain(OK, RULE.l2WritesPat);
  vcpu.vmcs12.guestPat = pat;
  vcpu.vmcs12.isGuestPatOfL2 = true;
  return plain(OK, RULE.l2WriteIsSaved);
}

/** By which rule GUEST_IA32_PAT of vmcs12 has its value. */
export function guestPatRule({ vmcs12 }: Vcpu): number {
  if (vmcs12.isGuestPatOfL2) return RULE.l2WriteIsSaved;
  return vmcs12.saveGuestPat ? RULE.exitSavesNothing : RULE.guestPatField;
}

/** A new vCPU: the nested state brings it into L2, then PAT is written in its mode. vmcs01 keeps the reset value if that is L2. */
export function restore(vcpu: Vcpu): void {
  const rule = vcpu.patRule;
  vcpu.pat01 = PAT_AT_RESET;
  writePat(vcpu, vcpu.pat);
  vcpu.patRule = rule;
}
