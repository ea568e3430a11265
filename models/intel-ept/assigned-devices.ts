import type { Machine } from '../contract/machine.js';
import type { Quirks } from './quirks.js';
import type { Version } from './switches.js';

/** Devices of one kind that a scenario can attach. */
const MOST_OF_A_KIND = 3;

/** What a device's coming or going came to. */
export const COUNTED = 0;
export const COUNTED_AND_ZAPS = 1;
export const REFUSED = 2;
export type DeviceChange = typeof COUNTED | typeof COUNTED_AND_ZAPS | typeof REFUSED;

/**
 * Devices assigned to the VM. KVM counts those whose DMA does not snoop, and acts when the first comes or the last goes.
 * Linux v6.16 arch/x86/kvm/x86.c, kvm_arch_register_noncoherent_dma() and kvm_arch_unregister_noncoherent_dma().
 */
export class AssignedDevices {
  noncoherent = 0;
  coherent = 0;

  constructor(
    private readonly version: Version,
    private readonly quirks: Quirks,
  ) {}

  reset(machine: Machine): void {
    this.noncoherent = machine.noncoherentDevices;
    this.coherent = 0;
  }

  /** kvm_arch_has_noncoherent_dma(); before 3.13 the IOMMU domain without snoop control. */
  areNoncoherent(): boolean {
    return this.noncoherent > 0;
  }

  attach(coherent: boolean): DeviceChange {
    if ((coherent ? this.coherent : this.noncoherent) === MOST_OF_A_KIND) return REFUSED;
    if (coherent) {
      this.coherent++;
      return COUNTED;
    }
    return ++this.noncoherent === 1 && this.changeZaps() ? COUNTED_AND_ZAPS : COUNTED;
  }

  detach(coherent: boolean): DeviceChange {
    if ((coherent ? this.coherent : this.noncoherent) === 0) return REFUSED;
    if (coherent) {
      this.coherent--;
      return COUNTED;
    }
    return --this.noncoherent === 0 && this.changeZaps() ? COUNTED_AND_ZAPS : COUNTED;
  }

  /** kvm_noncoherent_dma_assignment_start_or_stop() */
  private changeZaps(): boolean {
    switch (this.version.noncoherentChangeZaps) {
      case 'never':
        return false;
      case 'always':
        return true;
      case 'without-self-snoop':
        return !this.quirks.hostSelfSnoop;
      case 'with-ignore-pat-quirk':
        return this.quirks.ignoreGuestPat;
    }
  }
}
