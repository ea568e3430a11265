import type { Machine } from '../contract/machine.js';

/**
 * The quirks of the VM that touch memory types, and the host feature that decides whether userspace may disable one of them.
 * Linux v6.16 arch/x86/kvm/x86.c, kvm_check_has_quirk(); vmx/vmx.c, vmx_hardware_setup().
 */
export class Quirks {
  /** KVM_X86_QUIRK_CD_NW_CLEARED is enabled. Before 4.2, and on Intel from 6.16, nothing asks. */
  cdNwCleared = true;
  /** KVM_X86_QUIRK_IGNORE_GUEST_PAT is enabled. Before 6.16 nothing asks. */
  ignoreGuestPat = true;
  /** X86_FEATURE_SELFSNOOP of the host, which Linux clears where it is known to fail. */
  hostSelfSnoop = true;

  reset(machine: Machine): void {
    this.cdNwCleared = machine.quirkCdNwCleared;
    this.hostSelfSnoop = machine.selfSnoop;
    // Without self-snoop the quirk is not among those that userspace may disable.
    this.ignoreGuestPat = machine.quirkIgnoreGuestPat || !machine.selfSnoop;
  }
}
