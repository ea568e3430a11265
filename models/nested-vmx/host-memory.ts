/** What backs the frames of L1, as KVM sees it. Linux arch/x86/kvm/mmu/spte.c, kvm_is_mmio_pfn(). */
import { type Gfn, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import { type Backing, DEVICE, DEVICE_RO, DEVICE_WC, RAM, RAM_WC, type Region, RESERVED } from '../contract/machine.js';
import { type RegisterType, WB } from '../contract/memory-type.js';

/** A slot of frames with pages of one kind. */
export class HostPages {
  readonly isMmio: boolean;
  private readonly largest: Level;

  constructor(
    readonly first: Gfn,
    /** The frame after the last. */
    readonly end: Gfn,
    private readonly backing: Backing,
    private readonly level: Level,
    private readonly hostPat: RegisterType,
  ) {
    const hasNoPage = backing === DEVICE || backing === DEVICE_WC || backing === DEVICE_RO;
    // A reserved page counts as MMIO unless the host maps it WB.
    this.isMmio = hasNoPage || (backing === RESERVED && hostPat !== WB);
    this.largest = backing === RAM || backing === RAM_WC ? level : LEVEL_4K;
  }

  /** The same pages, cut to a range; null: none is left. */
  within(first: Gfn, end: Gfn): HostPages | null {
    const from = Math.max(first, this.first);
    const to = Math.min(end, this.end);
    return from < to ? new HostPages(from, to, this.backing, this.level, this.hostPat) : null;
  }

  /** Level of the host's mapping of the frame. */
  levelOf(gfn: Gfn): Level {
    let level = this.largest;
    for (; level > LEVEL_4K; level--) {
      const offset = gfn % LEVEL_PAGES[level];
      if (gfn - offset >= this.first && gfn - offset + LEVEL_PAGES[level] <= this.end) break;
    }
    return level;
  }
}

export class HostMemory {
  private slots: HostPages[] = [];

  reset(regions: readonly Region[]): void {
    this.slots = regions.map(({ gfn, pages, backing, level, hostPat }) => new HostPages(gfn, gfn + pages, backing, level, hostPat));
  }

  find(gfn: Gfn): HostPages | undefined {
    return this.slots.find(({ first, end }) => first <= gfn && gfn < end);
  }

  replace(first: Gfn, end: Gfn, backing: Backing, level: Level): void {
    const left = this.slots.flatMap((slot) => [slot.within(0, first), slot.within(end, Infinity)]);
    this.slots = [...left.filter((slot) => slot !== null), new HostPages(first, end, backing, level, WB)];
  }
}
