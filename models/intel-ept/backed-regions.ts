import { type Gfn, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import { BACKING_HOST_PAT, type Backing, type Region } from '../contract/machine.js';
import type { RegisterType } from '../contract/memory-type.js';
import { hasLargePages } from './host-page.js';

/** No region holds the frame. */
export const NO_REGION = -1;

/** What the host backs guest frames with: sorted, disjoint regions, in arrays indexed alike. */
export class BackedRegions {
  private count = 0;
  private starts: number[] = [];
  private ends: number[] = [];
  private backings: Backing[] = [];
  /** The type by which the host maps the pages. */
  private hostPats: RegisterType[] = [];
  /** Largest mapping of the region. */
  private levels: Level[] = [];

  reset(regions: readonly Region[]): void {
    this.count = regions.length;
    for (let i = 0; i < regions.length; i++) {
      const { gfn, pages, backing, level, hostPat } = regions[i];
      this.put(i, gfn, gfn + pages, backing, level, hostPat);
    }
  }

  private put(i: number, start: Gfn, end: Gfn, backing: Backing, level: Level, hostPat: RegisterType): void {
    this.starts[i] = start;
    this.ends[i] = end;
    this.backings[i] = backing;
    this.hostPats[i] = hostPat;
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

  hostPat(region: number): RegisterType {
    return this.hostPats[region];
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
    const { count, starts, ends, backings, levels, hostPats } = this;
    const newPat = BACKING_HOST_PAT[backing];
    this.starts = [];
    this.ends = [];
    this.backings = [];
    this.hostPats = [];
    this.levels = [];
    this.count = 0;
    let isPut = false;
    for (let i = 0; i < count; i++) {
      if (starts[i] < start) this.put(this.count++, starts[i], Math.min(ends[i], start), backings[i], levels[i], hostPats[i]);
      if (!isPut && ends[i] > start) {
        this.put(this.count++, start, end, backing, level, newPat);
        isPut = true;
      }
      if (ends[i] > end) this.put(this.count++, Math.max(starts[i], end), ends[i], backings[i], levels[i], hostPats[i]);
    }
    if (!isPut) this.put(this.count++, start, end, backing, level, newPat);
  }
}
