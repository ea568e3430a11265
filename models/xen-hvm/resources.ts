/** What a domain was given of the machine: an IOMMU, I/O capabilities, PCI devices. */
import type { Machine } from '../contract/machine.js';

/** Devices of one kind that a scenario may attach. */
const DEVICE_LIMIT = 3;

export class Resources {
  /** `is_iommu_enabled()`: fixed when the domain is created. */
  hasIommu = false;
  /** `iomem_caps` or `ioport_caps` is not empty. */
  hasIoResources = false;
  private coherent = 0;
  private noncoherent = 0;

  /** @param devicePermitsFlush from 8333e358e4. */
  constructor(private readonly devicePermitsFlush: boolean) {}

  reset(machine: Machine): void {
    this.hasIommu = machine.iommu;
    this.hasIoResources = machine.ioResources;
    this.coherent = 0;
    this.noncoherent = machine.iommu ? machine.noncoherentDevices : 0;
  }

  /** Returns false if there are too many of the kind. */
  attach(coherent: boolean): boolean {
    if ((coherent ? this.coherent : this.noncoherent) >= DEVICE_LIMIT) return false;
    if (coherent) this.coherent++;
    else this.noncoherent++;
    return true;
  }

  /** Returns false if there is none of the kind. */
  detach(coherent: boolean): boolean {
    if ((coherent ? this.coherent : this.noncoherent) === 0) return false;
    if (coherent) this.coherent--;
    else this.noncoherent--;
    return true;
  }

  /** Xen xen/arch/x86/include/asm/iocap.h, `cache_flush_permitted()`. */
  permitsCacheFlush(): boolean {
    return this.hasIoResources || (this.devicePermitsFlush && this.hasDevice());
  }

  /** Neither IOMMU nor `cache_flush_permitted()`: the domain's pages are WB whatever it asks for. */
  isPlain(): boolean {
    return !this.hasIommu && !this.permitsCacheFlush();
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_set_cr0()`: a CD that toggles is handled only then. */
  handlesCd(): boolean {
    return this.hasIommu && (this.hasIoResources || this.hasDevice());
  }

  private hasDevice(): boolean {
    return this.coherent + this.noncoherent > 0;
  }
}
