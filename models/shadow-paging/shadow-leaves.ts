/**
 * Leaves of the shadow page tables. A leaf is built at a fault from one guest mapping of the frame and stays until it is dropped.
 * All of them are one set: shadow pages are shared by role, not owned by a vCPU or by a CR3.
 */
import { LEVEL_NAMES, LEVEL_PAGES, type Level } from '../contract/address.js';

/** Size of the guest page a leaf was built from, or NONPAGING: nonpaging_page_fault() maps without guest page tables. */
export type GuestMapping = Level | typeof NONPAGING;
export const NONPAGING = 0;

export const NO_LEAF_FOUND = -1;

export interface LeafState {
  readonly gfn: string;
  readonly guest: string;
  readonly level: string;
}

export class ShadowLeaves {
  private count = 0;
  private gfn = new Float64Array(64);
  private mapping = new Uint8Array(64);
  private level = new Uint8Array(64);
  private mtrr = new Uint8Array(64);

  clear(): void {
    this.count = 0;
  }

  /** Index of the leaf that translates the frame through this guest mapping, or NO_LEAF_FOUND; good until the next drop. */
  find(gfn: number, mapping: GuestMapping): number {
    for (let index = 0; index < this.count; index += 1) {
      if (this.mapping[index] === mapping && this.covers(index, gfn)) return index;
    }
    return NO_LEAF_FOUND;
  }

  /** Adds the leaf of `level` around the frame. `hostMtrr` is the host MTRR type of the host frames it names. */
  add(gfn: number, mapping: GuestMapping, level: Level, hostMtrr: number): number {
    if (this.count === this.gfn.length) this.grow();
    const index = this.count;
    this.gfn[index] = gfn - (gfn % LEVEL_PAGES[level]);
    this.mapping[index] = mapping;
    this.level[index] = level;
    this.mtrr[index] = hostMtrr;
    this.count += 1;
    return index;
  }

  levelOf(index: number): Level {
    return this.level[index] as Level;
  }

  hostMtrr(index: number): number {
    return this.mtrr[index];
  }

  /** Drops every leaf that intersects [gfn, limit). Returns how many there were. */
  dropRange(gfn: number, limit: number): number {
    let dropped = 0;
    for (let index = this.count - 1; index >= 0; index -= 1) {
      if (this.gfn[index] < limit && this.gfn[index] + LEVEL_PAGES[this.level[index]] > gfn) {
        this.drop(index);
        dropped += 1;
      }
    }
    return dropped;
  }

  /** Drops every leaf around the frame that a guest page-table entry stands behind. Returns how many there were. */
  dropGuestMappings(gfn: number): number {
    let dropped = 0;
    for (let index = this.count - 1; index >= 0; index -= 1) {
      if (this.mapping[index] !== NONPAGING && this.covers(index, gfn)) {
        this.drop(index);
        dropped += 1;
      }
    }
    return dropped;
  }

  dropAll(): number {
    const dropped = this.count;
    this.count = 0;
    return dropped;
  }

  /** In the order of their frames, then of the guest mapping. */
  state(): LeafState[] {
    const order = Array.from({ length: this.count }, (_, index) => index);
    order.sort((a, b) => this.gfn[a] - this.gfn[b] || this.mapping[a] - this.mapping[b] || this.level[a] - this.level[b]);
    return order.map((index) => ({
      gfn: `0x${this.gfn[index].toString(16)}`,
      guest: this.mapping[index] === NONPAGING ? 'nonpaging' : LEVEL_NAMES[this.mapping[index]],
      level: LEVEL_NAMES[this.level[index]],
    }));
  }

  private covers(index: number, gfn: number): boolean {
    const offset = gfn - this.gfn[index];
    return offset >= 0 && offset < LEVEL_PAGES[this.level[index]];
  }

  /** The last leaf takes the place of the dropped one: no two leaves translate one frame through one mapping, so order means nothing. */
  private drop(index: number): void {
    const last = this.count - 1;
    this.gfn[index] = this.gfn[last];
    this.mapping[index] = this.mapping[last];
    this.level[index] = this.level[last];
    this.mtrr[index] = this.mtrr[last];
    this.count = last;
  }

  private grow(): void {
    const { gfn, mapping, level, mtrr } = this;
    const length = 2 * this.count;
    this.gfn = new Float64Array(length);
    this.mapping = new Uint8Array(length);
    this.level = new Uint8Array(length);
    this.mtrr = new Uint8Array(length);
    this.gfn.set(gfn);
    this.mapping.set(mapping);
    this.level.set(level);
    this.mtrr.set(mtrr);
  }
}
