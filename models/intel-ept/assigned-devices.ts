import type { Machine } from '../contract/machine.js';
import { NO_RULE } from '../contract/rule.js';
import type { Quirks } from './quirks.js';
import { RULE } from './rules.js';
import type { Version } from './switches.js';

/** Devices of one kind that a scenario can attach. */
const MOST_OF_A_KIND = 3;

/** Result of a device's coming or going that the format refuses. */
export const REFUSED = -1;
/** REFUSED; else the rule by which it zaps or not, or NO_RULE where the question does not come up. */
export type DeviceChange = number;

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
      return NO_RULE;
    }
    return ++this.noncoherent === 1 ? this.changeRule() : NO_RULE;
  }

  detach(coherent: boolean): DeviceChange {
    if ((coherent ? this.coherent : this.noncoherent) === 0) return REFUSED;
    if (coherent) {
      this.coherent--;
      return NO_RULE;
    }
    return --this.noncoherent === 0 ? this.changeRule() : NO_RULE;
  }

  /** kvm_noncoherent_dma_assignment_start_or_stop() */
  private changeRule(): number {
    switch (this.version.noncoherentChangeZaps) {
      case 'never':
        return RULE.noncoherentChangeKeepsLeaves;
      case 'always':
        return RULE.noncoherentChangeZaps;
      case 'without-self-snoop':
        return this.quirks.hostSelfSnoop ? RULE.noncoherentChangeOfSelfSnooper : RULE.noncoherentChangeZapsWithoutSelfSnoop;
      case 'with-ignore-pat-quirk':
        return this.quirks.ignoreGuestPat ? RULE.noncoherentChangeZapsUnderQuirk : RULE.noncoherentChangeWithoutQuirk;
    }
  }
}
