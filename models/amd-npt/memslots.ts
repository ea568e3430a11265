/** What the host puts behind guest frames: the regions of the machine as memory slots, sorted by frame. */
import { LEVEL_1G, LEVEL_2M, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import { type Backing, DEVICE, DEVICE_RO, DEVICE_WC, RAM, RAM_WC, type Region, RESERVED } from '../contract/machine.js';
import type { RegisterType } from '../contract/memory-type.js';

export const NO_SLOT = -1;

export class Memslots {
  private start = new Float64Array(16);
  private end = new Float64Array(16);
  private backings = new Uint8Array(16);
  private levels = new Uint8Array(16);
  private hostMtrrs = new Uint8Array(16);
  private count = 0;

  reset(regions: readonly Region[]): void {
    this.count = 0;
    for (const region of regions) {
      this.insert(this.count, region.gfn, region.gfn + region.pages, region.backing, region.level, region.hostMtrr);
    }
  }

  /** The slot that holds a frame, or NO_SLOT. */
  find(gfn: number): number {
    for (let slot = 0; slot < this.count; slot++) if (gfn >= this.start[slot] && gfn < this.end[slot]) return slot;
    return NO_SLOT;
  }

  hostMtrr(slot: number): RegisterType {
    return this.hostMtrrs[slot] as RegisterType;
  }

  /** kvm_is_mmio_pfn() of Linux 4.2: no struct page, or one that the host marks reserved. */
  isMmio(slot: number): boolean {
    const backing = this.backings[slot];
    return backing === RESERVED || backing === DEVICE || backing === DEVICE_WC || backing === DEVICE_RO;
  }

  /** Size of the host's mapping: the largest aligned block around the frame inside the slot; ordinary RAM alone has more than 4K. */
  hostLevel(slot: number, gfn: number): Level {
    const backing = this.backings[slot];
    if (backing !== RAM && backing !== RAM_WC) return LEVEL_4K;
    const largest = this.levels[slot];
    if (largest >= LEVEL_1G && this.holdsBlock(slot, gfn, LEVEL_PAGES[LEVEL_1G])) return LEVEL_1G;
    if (largest >= LEVEL_2M && this.holdsBlock(slot, gfn, LEVEL_PAGES[LEVEL_2M])) return LEVEL_2M;
    return LEVEL_4K;
  }

  /** First frame of the aligned block of `level` around a frame. */
  blockStart(gfn: number, level: Level): number {
    return gfn - (gfn % LEVEL_PAGES[level]);
  }

  private holdsBlock(slot: number, gfn: number, pages: number): boolean {
    const base = gfn - (gfn % pages);
    return base >= this.start[slot] && base + pages <= this.end[slot];
  }

  /** Backs [gfn, end) anew; what remains of the slots around it are slots of their own. */
  replace(gfn: number, end: number, backing: Backing, level: Level, hostMtrr: RegisterType): void {
    let at = 0;
    while (at < this.count && this.end[at] <= gfn) at++;
    if (at < this.count && this.start[at] < gfn) {
      if (this.end[at] > end) this.insertCopy(at + 1, at, end, this.end[at]);
      this.end[at] = gfn;
      at++;
    }
    while (at < this.count && this.end[at] <= end) this.remove(at);
    if (at < this.count && this.start[at] < end) this.start[at] = end;
    this.insert(at, gfn, end, backing, level, hostMtrr);
  }

  private insertCopy(at: number, of: number, start: number, end: number): void {
    this.insert(at, start, end, this.backings[of] as Backing, this.levels[of] as Level, this.hostMtrr(of));
  }

  private insert(at: number, start: number, end: number, backing: Backing, level: Level, hostMtrr: RegisterType): void {
    if (this.count === this.start.length) this.grow();
    if (at < this.count) this.shift(at, at + 1);
    this.count++;
    this.start[at] = start;
    this.end[at] = end;
    this.backings[at] = backing;
    this.levels[at] = level;
    this.hostMtrrs[at] = hostMtrr;
  }

  private remove(at: number): void {
    this.shift(at + 1, at);
    this.count--;
  }

  /** Moves all slots from `from` on so that they begin at `to`. */
  private shift(from: number, to: number): void {
    this.start.copyWithin(to, from, this.count);
    this.end.copyWithin(to, from, this.count);
    this.backings.copyWithin(to, from, this.count);
    this.levels.copyWithin(to, from, this.count);
    this.hostMtrrs.copyWithin(to, from, this.count);
  }

  private grow(): void {
    const size = 2 * this.start.length;
    const { start, end, backings, levels, hostMtrrs } = this;
    this.start = new Float64Array(size);
    this.end = new Float64Array(size);
    this.backings = new Uint8Array(size);
    this.levels = new Uint8Array(size);
    this.hostMtrrs = new Uint8Array(size);
    this.start.set(start);
    this.end.set(end);
    this.backings.set(backings);
    this.levels.set(levels);
    this.hostMtrrs.set(hostMtrrs);
  }
}
