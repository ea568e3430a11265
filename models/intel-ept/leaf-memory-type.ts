import type { Gfn } from '../contract/address.js';
import type { Backing } from '../contract/machine.js';
import { type RegisterType, UC, WB } from '../contract/memory-type.js';
import type { AssignedDevices } from './assigned-devices.js';
import { oldGuestMemoryType } from './get-mtrr-type.js';
import type { GuestCr0 } from './guest-cr0.js';
import { guestMemoryType } from './guest-memory-type.js';
import type { GuestMtrr } from './guest-mtrr.js';
import { hostMemoryType, isMmio } from './host-page.js';
import { HONOURS_PAT, hasIpat, IPAT, type LeafWord, leafWordOf, typeOf } from './leaf-word.js';
import type { Quirks } from './quirks.js';
import { RULE } from './rules.js';
import type { Version } from './switches.js';

/**
 * Memory type and IPAT of an EPT leaf, decided when it is built, by the state of the vCPU that faults and for the first frame of the mapping.
 * get_mt_mask() of kvm_x86_ops; each text of it that differed is a method, statements in its order.
 */
export class LeafMemoryType {
  constructor(
    private readonly version: Version,
    private readonly mtrr: GuestMtrr,
    private readonly cr0: GuestCr0,
    private readonly devices: AssignedDevices,
    private readonly quirks: Quirks,
  ) {}

  of(vcpu: number, gfn: Gfn, backing: Backing, hostPat: RegisterType): LeafWord {
    const word = this.decided(vcpu, gfn, backing, hostPat);
    return this.version.ipat || !hasIpat(word) ? word : leafWordOf(typeOf(word), HONOURS_PAT, RULE.withoutIpat);
  }

  private decided(vcpu: number, gfn: Gfn, backing: Backing, hostPat: RegisterType): LeafWord {
    switch (this.version.leaf) {
      case 'write-back':
        return leafWordOf(WB, HONOURS_PAT, RULE.everythingWriteBack);
      case 'write-back-ipat':
        return leafWordOf(WB, IPAT, RULE.everythingWriteBackIpat);
      case 'guest-mtrr-ipat':
        return oldGuestMemoryType(this.mtrr, vcpu, gfn) | IPAT;
      case 'mmio-uc-guest-mtrr-ipat':
        return this.mmioUncachedGuestMtrrIpat(vcpu, gfn, backing, hostPat);
      case 'snoop-control':
        return this.snoopControl(vcpu, gfn, backing, hostPat);
      case 'july-2015':
        return this.july2015(vcpu, gfn, backing, hostPat);
      case 'classic':
        return this.classic(vcpu, gfn, backing, hostPat);
      case 'no-guest-mtrr':
        return this.noGuestMtrr(backing, hostPat);
      case 'host-pat':
        return leafWordOf(hostMemoryType(hostPat), HONOURS_PAT, RULE.hostPatType);
    }
  }

  /** Linux v2.6.29 arch/x86/kvm/mmu.c, set_spte(), as of 2aaf69dcee86. */
  private mmioUncachedGuestMtrrIpat(vcpu: number, gfn: Gfn, backing: Backing, hostPat: RegisterType): LeafWord {
    if (isMmio(this.version, backing, hostPat)) return leafWordOf(UC, HONOURS_PAT, RULE.mmioUncached);
    return oldGuestMemoryType(this.mtrr, vcpu, gfn) | IPAT;
  }

  /** Linux v4.1 arch/x86/kvm/vmx.c, vmx_get_mt_mask(); 522c68c4416. CR0.CD plays no part. */
  private snoopControl(vcpu: number, gfn: Gfn, backing: Backing, hostPat: RegisterType): LeafWord {
    if (isMmio(this.version, backing, hostPat)) return leafWordOf(UC, HONOURS_PAT, RULE.mmioUncached);
    if (this.devices.areNoncoherent()) return this.guestMemoryType(vcpu, gfn);
    return leafWordOf(WB, IPAT, RULE.noNoncoherentDma);
  }

  /** vmx_get_mt_mask() as of fb279950ba02: host MMIO is no case of its own. */
  private july2015(vcpu: number, gfn: Gfn, backing: Backing, hostPat: RegisterType): LeafWord {
    if (!isMmio(this.version, backing, hostPat) && !this.devices.areNoncoherent())
      return leafWordOf(WB, IPAT, RULE.noNoncoherentDma);
    if (this.cr0.isCacheDisabled(vcpu)) return this.cacheDisabled();
    return this.guestMemoryType(vcpu, gfn);
  }

  /** Linux v6.6 arch/x86/kvm/vmx/vmx.c, vmx_get_mt_mask(): 4.2.4 to 6.10. */
  private classic(vcpu: number, gfn: Gfn, backing: Backing, hostPat: RegisterType): LeafWord {
    // Let the guest choose how weak its accesses to host MMIO are, but never cache them.
    if (isMmio(this.version, backing, hostPat)) return leafWordOf(UC, HONOURS_PAT, RULE.mmioUncached);
    if (!this.devices.areNoncoherent()) return leafWordOf(WB, IPAT, RULE.noNoncoherentDma);
    if (this.cr0.isCacheDisabled(vcpu)) return this.cacheDisabled();
    return this.guestMemoryType(vcpu, gfn);
  }

  private cacheDisabled(): LeafWord {
    if (!this.quirks.cdNwCleared) return leafWordOf(UC, IPAT, RULE.cdUncachedIpat);
    if (this.version.cdIgnoresPat) return leafWordOf(WB, IPAT, RULE.cdWriteBackIpat);
    return leafWordOf(WB, HONOURS_PAT, RULE.cdWriteBack);
  }

  private guestMemoryType(vcpu: number, gfn: Gfn): LeafWord {
    if (this.version.lookUp === 'get_mtrr_type') return oldGuestMemoryType(this.mtrr, vcpu, gfn);
    return guestMemoryType(this.mtrr, this.version.readsMtrrsOfVcpu0 ? 0 : vcpu, gfn);
  }

  /** Linux v6.16 arch/x86/kvm/vmx/vmx.c, vmx_get_mt_mask(), and those of 6.11 and 6.12. */
  private noGuestMtrr(backing: Backing, hostPat: RegisterType): LeafWord {
    if (isMmio(this.version, backing, hostPat)) return leafWordOf(UC, HONOURS_PAT, RULE.mmioUncached);
    if (this.version.selfSnoopHonoursPat && this.quirks.hostSelfSnoop) return leafWordOf(WB, HONOURS_PAT, RULE.selfSnoopHonoursPat);
    if (this.devices.areNoncoherent()) return leafWordOf(WB, HONOURS_PAT, RULE.noncoherentHonoursPat);
    if (this.version.hasIgnoreGuestPatQuirk && !this.quirks.ignoreGuestPat) {
      return leafWordOf(WB, HONOURS_PAT, RULE.disabledQuirkHonoursPat);
    }
    return leafWordOf(WB, IPAT, RULE.noNoncoherentDma);
  }
}
