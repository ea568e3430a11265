/** Assigned devices, and whether the guest PAT is ignored without non-coherent ones. */
import type { Machine } from '../contract/machine.js';

const MOST_OF_A_KIND = 3;

export class DeviceAssignment {
  coherent = 0;
  /** noncoherent_dma_count */
  noncoherent = 0;
  /** KVM_X86_QUIRK_IGNORE_GUEST_PAT is enabled. */
  ignoresGuestPat = true;

  reset(machine: Machine): void {
    this.coherent = 0;
    this.noncoherent = machine.noncoherentDevices;
    // vmx_hardware_setup(): without self-snoop the quirk is not among those that userspace may disable.
    this.ignoresGuestPat = machine.quirkIgnoreGuestPat || !machine.selfSnoop;
  }

  isFull(coherent: boolean): boolean {
    return (coherent ? this.coherent : this.noncoherent) === MOST_OF_A_KIND;
  }
  hasNone(coherent: boolean): boolean {
    return (coherent ? this.coherent : this.noncoherent) === 0;
  }

  /** True: non-coherent DMA started or stopped. */
  change(coherent: boolean, by: 1 | -1): boolean {
    if (coherent) {
      this.coherent += by;
      return false;
    }
    const had = this.noncoherent > 0;
    this.noncoherent += by;
    return had !== this.noncoherent > 0;
  }
}
