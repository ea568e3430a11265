/** What backs the frames of L1, with the size of KVM's mapping of it. Linux arch/x86/kvm/mmu/mmu.c, kvm_mmu_max_mapping_level(). */
import { type Gfn, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import { type Backing, RAM, RAM_WC, type Region } from '../contract/machine.js';
import type { RegisterType } from '../contract/memory-type.js';

export interface Memslot {
  readonly start: Gfn;
  readonly end: Gfn;
  readonly level: Level;
  readonly hostMtrr: RegisterType;
}

export class Memslots {
  private slots: Memslot[] = [];

  reset(regions: readonly Region[]): void {
    this.slots = regions.map(({ gfn, pages, backing, level, hostMtrr }) => slotOf(gfn, gfn + pages, backing, level, hostMtrr));
  }

  find(gfn: Gfn): Memslot | null {
    for (const slot of this.slots) if (gfn >= slot.start && gfn < slot.end) return slot;
    return null;
  }

  /** What remains of the slots around the range are slots of their own. */
  replace(start: Gfn, end: Gfn, backing: Backing, level: Level, hostMtrr: RegisterType): void {
    const around = this.slots.flatMap((slot) => [
      { ...slot, end: Math.min(slot.end, start) },
      { ...slot, start: Math.max(slot.start, end) },
    ]);
    this.slots = [...around.filter((slot) => slot.start < slot.end), slotOf(start, end, backing, level, hostMtrr)];
  }
}

/** The largest aligned block around the frame in the slot. */
export function levelIn({ start, end, level }: Memslot, gfn: Gfn): Level {
  for (let size = level; size > LEVEL_4K; size--) {
    const pages = LEVEL_PAGES[size];
    const first = gfn - (gfn % pages);
    if (first >= start && first + pages <= end) return size;
  }
  return LEVEL_4K;
}

/** Only RAM is mapped by more than 4K: a rule of the scenario format. */
function slotOf(start: Gfn, end: Gfn, backing: Backing, level: Level, hostMtrr: RegisterType): Memslot {
  return { start, end, level: backing === RAM || backing === RAM_WC ? level : LEVEL_4K, hostMtrr };
}
