/** The leaves of the one EPT root that all vCPUs share. A leaf is a snapshot: it changes only by being zapped and mapped again. */
import { LEVEL_PAGES, type Level } from '../contract/address.js';

/** `pfn` of a leaf of the ordinary host mapping; a private leaf has the serial number of its page. */
export const SHARED_PFN = 0;

export class Leaves {
  private bases = new Float64Array(64);
  private levels = new Uint8Array(64);
  private pfns = new Float64Array(64);
  private words = new Uint8Array(64);
  private rules = new Uint16Array(64);
  count = 0;

  reset(): void {
    this.count = 0;
  }

  baseOf(index: number): number {
    return this.bases[index];
  }
  endOf(index: number): number {
    return this.bases[index] + LEVEL_PAGES[this.levels[index]];
  }
  levelOf(index: number): Level {
    return this.levels[index] as Level;
  }
  /** SHARED_PFN or the serial number of a private page. */
  pfnOf(index: number): number {
    return this.pfns[index];
  }
  /** What the EPT entry says: the contract's leaf word. */
  wordOf(index: number): number {
    return this.words[index];
  }
  ruleOf(index: number): number {
    return this.rules[index];
  }

  /** Index of the leaf that maps the frame, or -1. */
  covering(gfn: number): number {
    for (let i = 0; i < this.count; i++) if (gfn >= this.bases[i] && gfn < this.endOf(i)) return i;
    return -1;
  }

  add(base: number, level: Level, pfn: number, word: number, rule: number): void {
    if (this.count === this.bases.length) this.grow();
    const index = this.count++;
    this.bases[index] = base;
    this.levels[index] = level;
    this.pfns[index] = pfn;
    this.words[index] = word;
    this.rules[index] = rule;
  }

  /** Removes every leaf that intersects [start, end), each whole, and returns how many. */
  remove(start: number, end: number): number {
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (this.bases[i] < end && this.endOf(i) > start) continue;
      this.move(i, kept++);
    }
    const removed = this.count - kept;
    this.count = kept;
    return removed;
  }

  /** tdp_mmu_split_huge_page(): one huge leaf becomes a full page table of the next level down, bits copied. */
  split(index: number): void {
    const base = this.bases[index];
    const pfn = this.pfns[index];
    const word = this.words[index];
    const rule = this.rules[index];
    const level = (this.levels[index] - 1) as Level;
    const end = this.endOf(index);
    this.move(--this.count, index);
    for (let gfn = base; gfn < end; gfn += LEVEL_PAGES[level]) this.add(gfn, level, pfn, word, rule);
  }

  private move(from: number, to: number): void {
    this.bases[to] = this.bases[from];
    this.levels[to] = this.levels[from];
    this.pfns[to] = this.pfns[from];
    this.words[to] = this.words[from];
    this.rules[to] = this.rules[from];
  }

  private grow(): void {
    const { bases, levels, pfns, words, rules } = this;
    const size = bases.length * 2;
    this.bases = new Float64Array(size);
    this.levels = new Uint8Array(size);
    this.pfns = new Float64Array(size);
    this.words = new Uint8Array(size);
    this.rules = new Uint16Array(size);
    this.bases.set(bases);
    this.levels.set(levels);
    this.pfns.set(pfns);
    this.words.set(words);
    this.rules.set(rules);
  }
}
