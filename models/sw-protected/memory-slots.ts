/** The memslots of the VM: one for every region, sorted, not overlapping. What none covers is emulated MMIO. */
import { LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import { type Backing, DEVICE, DEVICE_RO, DEVICE_WC, RAM, RAM_WC, type Region } from '../contract/machine.js';

export interface MemorySlot {
  readonly start: number;
  /** One beyond the last frame. */
  readonly end: number;
  readonly backing: Backing;
  /** Largest host mapping. */
  readonly level: Level;
}

export class MemorySlots {
  private slots: MemorySlot[] = [];

  reset(regions: readonly Region[]): void {
    this.slots = regions.map(({ gfn, pages, backing, level }) => ({ start: gfn, end: gfn + pages, backing, level }));
  }

  get count(): number {
    return this.slots.length;
  }
  at(index: number): MemorySlot {
    return this.slots[index];
  }

  /** The memslot of a frame, or null. */
  of(gfn: number): MemorySlot | null {
    let low = 0;
    let high = this.slots.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const slot = this.slots[middle];
      if (gfn < slot.start) high = middle - 1;
      else if (gfn >= slot.end) low = middle + 1;
      else return slot;
    }
    return null;
  }

  /** Deletes and creates: what remains around the range are slots of their own. */
  replace(start: number, end: number, backing: Backing, level: Level): void {
    const rest = this.slots.flatMap((slot) => [
      { ...slot, end: Math.min(slot.end, start) },
      { ...slot, start: Math.max(slot.start, end) },
    ]);
    const left = rest.filter((slot) => slot.start < slot.end);
    this.slots = [...left, { start, end, backing, level }].sort((a, b) => a.start - b.start);
  }
}

/** Every `ram` region of a VM with private memory is bound to a guest_memfd, no other. */
export function hasGuestMemfd(slot: MemorySlot): boolean {
  return slot.backing === RAM;
}

/** kvm_is_mmio_pfn(): no struct page and not RAM in the e820 map. A reserved page that the host maps WB is no MMIO since 4.16. */
export function isHostMmio(slot: MemorySlot): boolean {
  return slot.backing === DEVICE || slot.backing === DEVICE_WC || slot.backing === DEVICE_RO;
}

/** Largest level at which the host maps the slot's backing. */
export function hostLevel(slot: MemorySlot): Level {
  return slot.backing === RAM || slot.backing === RAM_WC ? slot.level : LEVEL_4K;
}

/** First frame of the block of a level that holds the frame. */
export function blockOf(gfn: number, level: Level): number {
  return gfn - (gfn % LEVEL_PAGES[level]);
}
