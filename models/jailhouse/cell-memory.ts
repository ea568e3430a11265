/** The regions of a cell, fixed by its configuration. */
import { type Gfn, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import type { Region } from '../contract/machine.js';

export class CellMemory {
  private regions: readonly Region[] = [];

  reset(regions: readonly Region[]): void {
    this.regions = regions;
  }

  find(gfn: Gfn): Region | null {
    for (const region of this.regions) if (gfn < region.gfn + region.pages) return gfn >= region.gfn ? region : null;
    return null;
  }
}

/** The largest page, up to 1G, that alignment and the region allow. */
export function levelIn(region: Region, gfn: Gfn): Level {
  let { level } = region;
  while (level > LEVEL_4K) {
    const pages = LEVEL_PAGES[level];
    const first = Math.floor(gfn / pages) * pages;
    if (first >= region.gfn && first + pages <= region.gfn + region.pages) break;
    level = (level - 1) as Level;
  }
  return level;
}
