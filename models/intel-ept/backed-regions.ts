import { type Gfn, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import type { Backing, Region } from '../contract/machine.js';
import { hasLargePages } from './host-page.js';

/** No region holds the frame. */
export const NO_REGION = -1;

/** What the host backs guest frames with: sorted, disjoint regions, in arrays indexed alike. */
export class BackedRegions {
  private count = 0;
  private starts: number[] = [];
  private ends: number[] = [];
  private backings: Backing[] = [];
  /** Largest mapping of the region. */
  private levels: Level[] = [];

  reset(regions: readonly Region[]): void {
    this.count = regions.length;
    for (let i = 0; i < regions.length; i++) {
      const { gfn, pages, backing, level } = regions[i];
      this.put(i, gfn, gfn + pages, backing, level);
    }
  }

  private put(i: number, start: Gfn, end: Gfn, backing: Backing, level: Level): void {
    this.starts[i] = start;
    this.ends[i] = end;
    this.backings[i] = backing;
    this.levels[i] = hasLargePages(backing) ? level : LEVEL_4K;
  }

  /** Index of the region that holds the frame, or NO_REGION. */
  find(gfn: Gfn): number {
    for (let i = 0; i < this.count; i++) {
      if (gfn < this.ends[i]) return gfn < this.starts[i] ? NO_REGION : i;
    }
    return NO_REGION;
  }

  backing(region: number): Backing {
    return this.backings[region];
  }

  /** The level of the largest aligned block around the frame that lies in the region and is at most the region's level. */
  hostLevel(region: number, gfn: Gfn): Level {
    for (let level = this.levels[region]; level > LEVEL_4K; level--) {
      const pages = LEVEL_PAGES[level];
      const base = Math.floor(gfn / pages) * pages;
      if (base >= this.starts[region] && base + pages <= this.ends[region]) return level;
    }
    return LEVEL_4K;
  }

  /** Backs [start, end) anew; what remains of the regions around it are regions of their own. */
  replace(start: Gfn, end: Gfn, backing: Backing, level: Level): void {
    const { count, starts, ends, backings, levels } = this;
    this.starts = [];
    this.ends = [];
    this.backings = [];
    this.levels = [];
    this.count = 0;
    let isPut = false;
    for (let i = 0; i < count; i++) {
      if (starts[i] < start) this.put(this.count++, starts[i], Math.min(ends[i], start), backings[i], levels[i]);
      if (!isPut && ends[i] > start) {
        this.put(this.count++, start, end, backing, level);
        isPut = true;
      }
      if (ends[i] > end) this.put(this.count++, Math.max(starts[i], end), ends[i], backings[i], levels[i]);
    }
    if (!isPut) this.put(this.count++, start, end, backing, level);
  }
}
