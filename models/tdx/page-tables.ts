/**
 * The page-table pages of one EPT, by the frames that one maps: zaps of leaves leave them in place. Four levels: the root is not counted.
 */
import { LEVEL_1G, LEVEL_2M, LEVEL_PAGES } from '../contract/address.js';
import { FrameMap } from './frame-map.js';

/** 512 GiB, in pages: what one page of the level above 1 GiB leaves maps. */
const PAGES_512G = 512 * LEVEL_PAGES[LEVEL_1G];
const LEVEL_512G = 4;

export class PageTables {
  private readonly tables = new FrameMap();

  reset(): void {
    this.tables.clear();
  }

  /** Links what is missing above a leaf of a level; returns how many pages that took. */
  link(gfn: number, leafLevel: number): number {
    let linked = 0;
    for (let level = LEVEL_512G; level > leafLevel; level--) {
      const key = keyOf(gfn, level);
      if (this.tables.find(key) >= 0) continue;
      this.tables.insert(key, 0, 0);
      linked++;
    }
    return linked;
  }

  /** Is there a page table where a leaf of this level would stand? */
  has(gfn: number, level: number): boolean {
    return this.tables.find(keyOf(gfn, level)) >= 0;
  }

  /** Removes the page table at a level and those below it. */
  unlink(gfn: number, level: number): void {
    const start = gfn - (gfn % LEVEL_PAGES[level]);
    if (level === LEVEL_1G) {
      for (let entry = this.tables.count - 1; entry >= 0; entry--) {
        const key = this.tables.keys[entry];
        const at = (key - (key % 8)) / 8;
        if (key % 8 === LEVEL_2M && at >= start && at < start + LEVEL_PAGES[level]) this.tables.removeAt(entry);
      }
    }
    const entry = this.tables.find(keyOf(gfn, level));
    if (entry >= 0) this.tables.removeAt(entry);
  }
}

function keyOf(gfn: number, level: number): number {
  const pages = level === LEVEL_512G ? PAGES_512G : LEVEL_PAGES[level];
  return (gfn - (gfn % pages)) * 8 + level;
}
