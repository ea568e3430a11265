/** The memslots of the VM: one a region of the scenario, sorted, not overlapping. A frame that none covers is emulated MMIO. */
import type { Level } from '../contract/address.js';
import { LEVEL_4K } from '../contract/address.js';
import { type Backing, DEVICE, DEVICE_RO, DEVICE_WC, RAM, RAM_WC, type Region } from '../contract/machine.js';

interface Memslot {
  readonly start: number;
  readonly end: number;
  readonly backing: Backing;
  readonly level: Level;
}

export class Memslots {
  private slots: Memslot[] = [];

  get count(): number {
    return this.slots.length;
  }

  reset(regions: readonly Region[]): void {
    this.slots.length = 0;
    for (const { gfn, pages, backing, level } of regions) this.slots.push({ start: gfn, end: gfn + pages, backing, level });
  }

  /** The slot of a frame, or -1. */
  slotOf(gfn: number): number {
    const slot = this.firstEndingAfter(gfn);
    return slot < this.slots.length && this.slots[slot].start <= gfn ? slot : -1;
  }

  /** The first slot that ends above a frame; `count` if there is none. */
  firstEndingAfter(gfn: number): number {
    let low = 0;
    let high = this.slots.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.slots[middle].end <= gfn) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  start(slot: number): number {
    return this.slots[slot].start;
  }
  end(slot: number): number {
    return this.slots[slot].end;
  }

  /** Every slot of RAM has a guest_memfd (a rule of the scenario format); the others cannot hold private pages. */
  hasGuestMemfd(slot: number): boolean {
    return this.slots[slot].backing === RAM;
  }

  /** kvm_is_mmio_pfn(): host MMIO, which has no struct page and is no RAM of e820. A reserved page that the host maps WB is none. */
  isHostMmio(slot: number): boolean {
    const { backing } = this.slots[slot];
    return backing === DEVICE || backing === DEVICE_WC || backing === DEVICE_RO;
  }

  /** The level of the host's own mapping: KVM maps all but RAM by 4K. */
  hostLevel(slot: number): Level {
    const { backing, level } = this.slots[slot];
    return backing === RAM || backing === RAM_WC ? level : LEVEL_4K;
  }

  contains(slot: number, start: number, end: number): boolean {
    return start >= this.slots[slot].start && end <= this.slots[slot].end;
  }

  /** Puts a new slot in place of what was at [start, end); what remains of the slots around it are slots of their own. */
  replace(start: number, end: number, backing: Backing, level: Level): void {
    const kept: Memslot[] = [];
    let isPlaced = false;
    for (const slot of this.slots) {
      if (slot.start < start) kept.push({ ...slot, end: Math.min(slot.end, start) });
      if (slot.end <= start) continue;
      if (!isPlaced) kept.push({ start, end, backing, level });
      isPlaced = true;
      if (slot.end > end) kept.push({ ...slot, start: Math.max(slot.start, end) });
    }
    if (!isPlaced) kept.push({ start, end, backing, level });
    this.slots = kept;
  }
}
