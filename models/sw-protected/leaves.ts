/** The leaves of the one EPT root that all vCPUs share. A leaf is a snapshot: it changes only by being zapped and mapped again. */
import { LEVEL_PAGES, type Level } from '../contract/address.js';

/** `pfn` of a leaf of the ordinary host mapping; a private leaf has the serial number of its page. */
export const SHARED_PFN = 0;

/** Sorted by base and disjoint. */
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
    const index = this.lastFrom(gfn);
    return index >= 0 && gfn < this.endOf(index) ? index : -1;
  }

  add(base: number, level: Level, pfn: number, word: number, rule: number): void {
    if (this.count === this.bases.length) this.grow();
    const index = this.lastFrom(base) + 1;
    this.move(index, index + 1);
    this.count++;
    this.put(index, base, level, pfn, word, rule);
  }

  /** Removes every leaf that intersects [start, end), each whole, and returns how many. */
  remove(start: number, end: number): number {
    let first = this.lastFrom(start);
    if (first < 0 || this.endOf(first) <= start) first++;
    let behind = first;
    while (behind < this.count && this.bases[behind] < end) behind++;
    if (behind > first) this.move(behind, first);
    this.count -= behind - first;
    return behind - first;
  }

  /** tdp_mmu_split_huge_page(): one huge leaf becomes a full page table of the next level down, bits copied. */
  split(index: number): void {
    const base = this.bases[index];
    const pfn = this.pfns[index];
    const word = this.words[index];
    const rule = this.rules[index];
    const level = (this.levels[index] - 1) as Level;
    const end = this.endOf(index);
    this.remove(base, end);
    for (let gfn = base; gfn < end; gfn += LEVEL_PAGES[level]) this.add(gfn, level, pfn, word, rule);
  }

  /** Index of the last leaf that starts at the frame or below, or -1. */
  private lastFrom(gfn: number): number {
    let low = -1;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.bases[middle] <= gfn) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private put(index: number, base: number, level: Level, pfn: number, word: number, rule: number): void {
    this.bases[index] = base;
    this.levels[index] = level;
    this.pfns[index] = pfn;
    this.words[index] = word;
    this.rules[index] = rule;
  }

  /** Moves the leaves from `from` on to `to`. */
  private move(from: number, to: number): void {
    if (from === this.count) return;
    this.bases.copyWithin(to, from, this.count);
    this.levels.copyWithin(to, from, this.count);
    this.pfns.copyWithin(to, from, this.count);
    this.words.copyWithin(to, from, this.count);
    this.rules.copyWithin(to, from, this.count);
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
