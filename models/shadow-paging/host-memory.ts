/** What the host has behind guest frames: how large it maps them, and the host MTRR type of their host frames. */
import { LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import { type Backing, RAM, RAM_WC, type Region } from '../contract/machine.js';

export const NO_REGION = -1;

export class HostMemory {
  private regions = new RegionList();
  private spare = new RegionList();

  reset(regions: readonly Region[]): void {
    this.regions.count = 0;
    for (const { gfn, pages, backing, level, hostMtrr } of regions) {
      this.regions.append(gfn, gfn + pages, largestLevel(backing, level), hostMtrr);
    }
  }

  /** Backs a range anew. What remains of the regions around it are regions of their own. */
  replace(gfn: number, pages: number, backing: Backing, level: Level, hostMtrr: number): void {
    const { start, end, count } = this.regions;
    const limit = gfn + pages;
    const next = this.spare;
    next.count = 0;
    let isPlaced = false;
    for (let index = 0; index < count; index += 1) {
      if (start[index] < gfn) next.appendPart(this.regions, index, start[index], Math.min(end[index], gfn));
      if (!isPlaced && end[index] > gfn) {
        next.append(gfn, limit, largestLevel(backing, level), hostMtrr);
        isPlaced = true;
      }
      if (end[index] > limit) next.appendPart(this.regions, index, Math.max(start[index], limit), end[index]);
    }
    if (!isPlaced) next.append(gfn, limit, largestLevel(backing, level), hostMtrr);
    this.spare = this.regions;
    this.regions = next;
  }

  /** Index of the region that covers the frame, or NO_REGION; good until the next `replace`. */
  find(gfn: number): number {
    const { start, end, count } = this.regions;
    for (let index = 0; index < count; index += 1) {
      if (gfn < end[index]) return gfn >= start[index] ? index : NO_REGION;
    }
    return NO_REGION;
  }

  hostMtrr(region: number): number {
    return this.regions.hostMtrr[region];
  }

  /** Level of the largest aligned block around the frame that lies inside the region, at most `maxLevel`. */
  mappingLevel(region: number, gfn: number, maxLevel: Level): Level {
    let level = Math.min(this.regions.level[region], maxLevel) as Level;
    while (level > LEVEL_4K) {
      const pages = LEVEL_PAGES[level];
      const base = gfn - (gfn % pages);
      if (base >= this.regions.start[region] && base + pages <= this.regions.end[region]) break;
      level = (level - 1) as Level;
    }
    return level;
  }
}

/** KVM maps all but RAM by 4K (scenario format, "machine"). */
function largestLevel(backing: Backing, level: Level): Level {
  return backing === RAM || backing === RAM_WC ? level : LEVEL_4K;
}

/** Regions in the order of their frames; `end` is exclusive. */
class RegionList {
  count = 0;
  start = new Float64Array(16);
  end = new Float64Array(16);
  level = new Uint8Array(16);
  hostMtrr = new Uint8Array(16);

  append(start: number, end: number, level: number, hostMtrr: number): void {
    if (this.count === this.start.length) this.grow();
    this.start[this.count] = start;
    this.end[this.count] = end;
    this.level[this.count] = level;
    this.hostMtrr[this.count] = hostMtrr;
    this.count += 1;
  }

  appendPart(from: RegionList, index: number, start: number, end: number): void {
    this.append(start, end, from.level[index], from.hostMtrr[index]);
  }

  private grow(): void {
    const { start, end, level, hostMtrr } = this;
    const length = 2 * this.count;
    this.start = new Float64Array(length);
    this.end = new Float64Array(length);
    this.level = new Uint8Array(length);
    this.hostMtrr = new Uint8Array(length);
    this.start.set(start);
    this.end.set(end);
    this.level.set(level);
    this.hostMtrr.set(hostMtrr);
  }
}
