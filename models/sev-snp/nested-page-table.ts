/** The one nested page table of the guest: its leaves, sorted by base and disjoint. */
import type { Gfn, Level } from '../contract/address.js';
import type { PageKind } from '../contract/observation.js';

export class NestedPageTable {
  count = 0;
  base = new Float64Array(32);
  level = new Uint8Array(32);
  /** PRIVATE: maps the page of guest_memfd; SHARED: maps the page of the slot's hva. */
  kind = new Uint8Array(32);
  /** Which private page of the frame is mapped; 0 for shared leaves. */
  generation = new Int32Array(32);
  /** Host MTRR type of what is mapped. */
  hostMtrr = new Uint8Array(32);

  /** @param pagesOf2M 4K frames in a 2M block. */
  constructor(private readonly pagesOf2M: number) {}

  reset(): void {
    this.count = 0;
  }

  /** 4K frames that a leaf of this level maps. */
  pagesOf(level: number): number {
    return level === 1 ? 1 : level === 2 ? this.pagesOf2M : this.pagesOf2M * this.pagesOf2M;
  }

  /** Index of the leaf that maps the frame, or -1. */
  find(gfn: Gfn): number {
    const index = this.lastAtOrBelow(gfn);
    return index >= 0 && gfn < this.endOf(index) ? index : -1;
  }

  endOf(index: number): Gfn {
    return this.base[index] + this.pagesOf(this.level[index]);
  }

  /** Adds a leaf where no other maps a frame of it. */
  insert(base: Gfn, level: Level, kind: PageKind, generation: number, hostMtrr: number): void {
    if (this.count === this.base.length) this.grow();
    const at = this.lastAtOrBelow(base) + 1;
    this.move(at + 1, at);
    this.base[at] = base;
    this.level[at] = level;
    this.kind[at] = kind;
    this.generation[at] = generation;
    this.hostMtrr[at] = hostMtrr;
    this.count++;
  }

  /** Removes every leaf that maps a frame of the range, each as a whole; answers how many. */
  remove(from: Gfn, to: Gfn): number {
    let first = this.lastAtOrBelow(from);
    if (first < 0 || this.endOf(first) <= from) first++;
    let end = first;
    while (end < this.count && this.base[end] < to) end++;
    const removed = end - first;
    if (removed > 0) {
      this.move(first, end);
      this.count -= removed;
    }
    return removed;
  }

  private lastAtOrBelow(gfn: Gfn): number {
    let low = -1;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.base[middle] <= gfn) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private move(to: number, from: number): void {
    this.base.copyWithin(to, from, this.count);
    this.level.copyWithin(to, from, this.count);
    this.kind.copyWithin(to, from, this.count);
    this.generation.copyWithin(to, from, this.count);
    this.hostMtrr.copyWithin(to, from, this.count);
  }

  private grow(): void {
    const length = this.base.length * 2;
    const base = new Float64Array(length);
    base.set(this.base);
    this.base = base;
    this.level = this.grownBytes(this.level, length);
    this.kind = this.grownBytes(this.kind, length);
    this.hostMtrr = this.grownBytes(this.hostMtrr, length);
    const generation = new Int32Array(length);
    generation.set(this.generation);
    this.generation = generation;
  }

  private grownBytes(from: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
    const grown = new Uint8Array(length);
    grown.set(from);
    return grown;
  }
}
