/** The regions of a domain, in ascending order. */
import type { Machine } from '../contract/machine.js';
import { Region } from './region.js';

export class Regions {
  private list: Region[] = [];
  private next: Region[] = [];
  private readonly spare: Region[] = [];
  count = 0;

  /** The regions of the machine; they have still to be populated. */
  reset(machine: Machine): void {
    for (let index = 0; index < this.count; index++) this.spare.push(this.list[index]);
    this.count = 0;
    for (const { gfn, pages, backing, level, hostMtrr, specialOffset, specialPages } of machine.regions) {
      const region = this.spare.pop() ?? new Region();
      region.place(gfn, gfn + pages, backing, level, hostMtrr);
      if (specialPages > 0) {
        region.specialStart = gfn + specialOffset;
        region.specialEnd = region.specialStart + specialPages;
      }
      this.list[this.count++] = region;
    }
  }

  at(index: number): Region {
    return this.list[index];
  }

  /** The region of a frame, or null: emulated MMIO. */
  find(gfn: number): Region | null {
    for (let index = 0; index < this.count; index++) {
      const region = this.list[index];
      if (gfn < region.end) return gfn >= region.start ? region : null;
    }
    return null;
  }

  /** A blank region in place of whatever covers `[start, end)`; what remains around it are regions of their own. */
  replace(start: number, end: number): Region {
    const { list, next } = this;
    const blank = this.spare.pop() ?? new Region();
    let count = 0;
    let isPlaced = false;
    for (let index = 0; index < this.count; index++) {
      const region = list[index];
      if (region.end <= start) {
        next[count++] = region;
        continue;
      }
      if (region.start < start) next[count++] = this.remainder(region, region.start, start);
      if (!isPlaced) next[count++] = blank;
      isPlaced = true;
      if (region.start >= end) next[count++] = region;
      else {
        if (region.end > end) next[count++] = this.remainder(region, end, region.end);
        this.spare.push(region);
      }
    }
    if (!isPlaced) next[count++] = blank;
    this.list = next;
    this.next = list;
    this.count = count;
    return blank;
  }

  private remainder(region: Region, start: number, end: number): Region {
    const rest = this.spare.pop() ?? new Region();
    rest.remain(region, start, end);
    return rest;
  }
}
