import type { Gfn, Level } from '../contract/address.js';
import { LEVEL_4K, LEVEL_PAGES } from '../contract/address.js';
import type { LeafWord } from './leaf-word.js';

/** No leaf maps the frame. */
export const NOT_MAPPED = -1;
const FIRST_CAPACITY = 64;

/**
 * Leaves of the one EPT root that all vCPUs share, in no order. A leaf keeps what it was built with until it is zapped.
 * Linux v6.6 arch/x86/kvm/mmu/tdp_mmu.c.
 */
export class EptLeaves {
  count = 0;
  /** First gfn of the leaf and the gfn after its last. */
  private starts = new Float64Array(FIRST_CAPACITY);
  private ends = new Float64Array(FIRST_CAPACITY);
  private levels = new Uint8Array(FIRST_CAPACITY);
  private words = new Int32Array(FIRST_CAPACITY);
  /** The leaf last found: accesses come in runs. */
  private last = 0;

  clear(): void {
    this.count = 0;
    this.last = 0;
  }

  find(gfn: Gfn): number {
    if (this.last < this.count && this.maps(this.last, gfn)) return this.last;
    for (let i = 0; i < this.count; i++) {
      if (this.maps(i, gfn)) {
        this.last = i;
        return i;
      }
    }
    return NOT_MAPPED;
  }

  private maps(leaf: number, gfn: Gfn): boolean {
    return gfn >= this.starts[leaf] && gfn < this.ends[leaf];
  }

  /**
   * Adds a leaf of `level` at its aligned first frame; returns its index. A large one takes the place of the page table there, whose
   * smaller leaves are gone: kvm_tdp_mmu_map() at its goal level, handle_removed_pt(); before the TDP MMU, mmu_set_spte() does so.
   */
  add(gfn: Gfn, level: Level, word: LeafWord): number {
    if (level !== LEVEL_4K) this.zap(gfn, gfn + LEVEL_PAGES[level]);
    if (this.count === this.starts.length) this.grow();
    const leaf = this.count++;
    this.starts[leaf] = gfn;
    this.ends[leaf] = gfn + LEVEL_PAGES[level];
    this.levels[leaf] = level;
    this.words[leaf] = word;
    return leaf;
  }

  private grow(): void {
    const capacity = 2 * this.starts.length;
    const { starts, ends, levels, words } = this;
    this.starts = new Float64Array(capacity);
    this.ends = new Float64Array(capacity);
    this.levels = new Uint8Array(capacity);
    this.words = new Int32Array(capacity);
    this.starts.set(starts);
    this.ends.set(ends);
    this.levels.set(levels);
    this.words.set(words);
  }

  /** kvm_zap_gfn_range(): removes every leaf that intersects [start, end), whole; returns how many. */
  zap(start: Gfn, end: Gfn): number {
    const before = this.count;
    for (let i = before - 1; i >= 0; i--) {
      if (this.starts[i] < end && this.ends[i] > start) this.remove(i);
    }
    return before - this.count;
  }

  private remove(leaf: number): void {
    const last = --this.count;
    this.starts[leaf] = this.starts[last];
    this.ends[leaf] = this.ends[last];
    this.levels[leaf] = this.levels[last];
    this.words[leaf] = this.words[last];
  }

  firstGfn(leaf: number): Gfn {
    return this.starts[leaf];
  }

  level(leaf: number): Level {
    return this.levels[leaf] as Level;
  }

  word(leaf: number): LeafWord {
    return this.words[leaf];
  }
}
