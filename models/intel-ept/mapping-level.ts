import { type Gfn, LEVEL_1G, LEVEL_2M, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import type { AssignedDevices } from './assigned-devices.js';
import type { GuestMtrr } from './guest-mtrr.js';
import { CONSISTENT, CRASHES, type Consistency, INCONSISTENT, rangeConsistency } from './range-consistency.js';
import type { Version } from './switches.js';

/** The consistency check crashed the host. */
export const NO_LEVEL_CRASH = 0;

/** How guest MTRRs bound the size of a mapping, by the registers of the vCPU that faults. */
export class MappingLevel {
  constructor(
    private readonly version: Version,
    private readonly mtrr: GuestMtrr,
    private readonly devices: AssignedDevices,
  ) {}

  /** `hostLevel` is what the host's mapping and the memory slot allow. */
  of(vcpu: number, gfn: Gfn, hostLevel: Level): Level | typeof NO_LEVEL_CRASH {
    switch (this.version.levelLimit) {
      case 'none':
        return hostLevel;
      case '2M-first':
        return this.twoMegabytesFirst(vcpu, gfn, hostLevel);
      case 'largest-first':
        return this.largestFirst(vcpu, gfn, hostLevel);
    }
  }

  /** Linux v4.4 arch/x86/kvm/mmu.c, tdp_page_fault(). It checks 2 MiB around a 4 KiB page too, and without non-coherent DMA. */
  private twoMegabytesFirst(vcpu: number, gfn: Gfn, hostLevel: Level): Level | typeof NO_LEVEL_CRASH {
    const around2M = this.consistency(vcpu, gfn, LEVEL_2M);
    if (around2M === CRASHES) return NO_LEVEL_CRASH;
    if (around2M === INCONSISTENT) return LEVEL_4K;
    if (hostLevel <= LEVEL_2M) return hostLevel;
    const around = this.consistency(vcpu, gfn, hostLevel);
    if (around === CRASHES) return NO_LEVEL_CRASH;
    return around === CONSISTENT ? hostLevel : LEVEL_2M;
  }

  /** Linux v6.6 arch/x86/kvm/mmu/mmu.c, kvm_tdp_page_fault(). */
  private largestFirst(vcpu: number, gfn: Gfn, hostLevel: Level): Level {
    if (!this.devices.areNoncoherent() || hostLevel === LEVEL_4K) return hostLevel;
    if (this.consistency(vcpu, gfn, LEVEL_1G) === CONSISTENT) return hostLevel;
    return this.consistency(vcpu, gfn, LEVEL_2M) === CONSISTENT ? LEVEL_2M : LEVEL_4K;
  }

  private consistency(vcpu: number, gfn: Gfn, level: Level): Consistency {
    const pages = LEVEL_PAGES[level];
    const reader = this.version.readsMtrrsOfVcpu0 ? 0 : vcpu;
    return rangeConsistency(this.mtrr, reader, Math.floor(gfn / pages) * pages, pages);
  }
}
