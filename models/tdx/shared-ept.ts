/** The EPT that KVM itself writes, for addresses with the SHARED bit. Linux v6.16 arch/x86/kvm/mmu/tdp_mmu.c. */
import { LEVEL_1G, LEVEL_2M, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import { FrameMap } from './frame-map.js';
import { PageTables } from './page-tables.js';

/** Mark of a leaf of host MMIO; 0: ordinary memory. */
export const HOST_MMIO = 1;

/** What an installation did. */
export const MAPPED = 0;
export const SPURIOUS = 1;
/** A huge leaf took the place of a page table: the range is to be flushed. */
export const REPLACED_TABLE = 2;
export type Installation = 0 | 1 | 2;

export class SharedEpt {
  /** By the base frame of a leaf and its level; the pfn is that of the base: backing and frame have one number. */
  readonly leaves = new FrameMap();
  private readonly tables = new PageTables();

  reset(): void {
    this.leaves.clear();
    this.tables.reset();
  }

  /** The leaf that maps a frame, or -1. */
  find(gfn: number): number {
    for (let level = LEVEL_4K as number; level <= LEVEL_1G; level++) {
      const leaf = this.leaves.find(keyOf(gfn, level));
      if (leaf >= 0) return leaf;
    }
    return -1;
  }

  level(leaf: number): Level {
    return (this.leaves.keys[leaf] % 4) as Level;
  }
  base(leaf: number): number {
    return Math.floor(this.leaves.keys[leaf] / 4);
  }

  /** kvm_tdp_mmu_map() and tdp_mmu_map_handle_target_level(), down to the goal level. */
  map(gfn: number, goal: Level, mark: number): Installation {
    this.splitAbove(gfn, goal);
    if (this.leaves.find(keyOf(gfn, goal)) >= 0) return SPURIOUS;
    const isReplaced = goal > LEVEL_4K && this.tables.has(gfn, goal);
    const base = gfn - (gfn % LEVEL_PAGES[goal]);
    if (isReplaced) {
      this.remove(base, base + LEVEL_PAGES[goal]);
      this.tables.unlink(gfn, goal);
    }
    this.tables.link(gfn, goal);
    this.leaves.insert(keyOf(gfn, goal), base, mark);
    return isReplaced ? REPLACED_TABLE : MAPPED;
  }

  /** Removes every leaf that meets [start, end), whole; returns how many. */
  remove(start: number, end: number): number {
    const before = this.leaves.count;
    if (end - start < before) {
      for (let gfn = start; gfn < end; gfn++) {
        const leaf = this.find(gfn);
        if (leaf >= 0) this.leaves.removeAt(leaf);
      }
      return before - this.leaves.count;
    }
    for (let leaf = before - 1; leaf >= 0; leaf--) {
      const base = this.base(leaf);
      if (base < end && base + LEVEL_PAGES[this.level(leaf)] > start) this.leaves.removeAt(leaf);
    }
    return before - this.leaves.count;
  }

  /** tdp_mmu_split_huge_page(): a larger leaf becomes leaves of the next level until the goal is reached. */
  private splitAbove(gfn: number, goal: Level): void {
    for (let level = LEVEL_1G as number; level > goal; level--) {
      const leaf = this.leaves.find(keyOf(gfn, level));
      if (leaf < 0) continue;
      const base = this.base(leaf);
      const mark = this.leaves.marks[leaf];
      this.leaves.removeAt(leaf);
      const step = LEVEL_PAGES[level - 1];
      for (let at = base; at < base + LEVEL_PAGES[level]; at += step) this.leaves.insert(keyOf(at, level - 1), at, mark);
      this.tables.link(base, level === LEVEL_1G ? LEVEL_2M : LEVEL_4K);
    }
  }
}

function keyOf(gfn: number, level: number): number {
  return (gfn - (gfn % LEVEL_PAGES[level])) * 4 + level;
}
