/**
 * What the host knows of each guest frame and of the private page behind it, as runs of frames in the same state: a conversion of a
 * million frames is one run. Private pages are order 0 and belong to one frame, so the RMP entry of a page (assigned to this guest at
 * this frame, 4K) stands with its frame.
 */
import { GFN_LIMIT, type Gfn } from '../contract/address.js';

/** The memory attribute; clear: shared. Linux `KVM_MEMORY_ATTRIBUTE_PRIVATE`. */
export const ATTRIBUTE_PRIVATE = 1;
/**
 * The attribute as the mixed flags of `disallow_lpage` know it: they are recomputed at the end of a conversion, so that they lag behind
 * the stores. A block is mixed when this bit is not the same in all of its frames.
 */
export const MIXED_VIEW_PRIVATE = 2;
/** guest_memfd holds a page for the frame. */
export const HAS_FOLIO = 4;
/** Linux `folio_test_uptodate()`: zeroed and prepared. */
export const PREPARED = 8;
/** RMP.assigned, with this guest's ASID and this frame. */
export const ASSIGNED = 16;
/** RMP.validated. */
export const VALIDATED = 32;
/** The page is missing from the host's direct map. */
export const DIRECT_MAP_ABSENT = 64;
/** The direct map of the 2M block is in 4K pages; stays when the page goes. */
export const DIRECT_MAP_SPLIT = 128;
/** A conversion in flight holds the page (M. Roth's pre hook). */
export const PINNED = 256;
const GENERATION_SHIFT = 9;
/** The bits that belong to the page rather than to the frame. */
export const PAGE_BITS = HAS_FOLIO | PREPARED | ASSIGNED | VALIDATED | DIRECT_MAP_ABSENT | PINNED | (-1 << GENERATION_SHIFT);

/** Which page a frame has: pages of one frame that follow each other differ in it. 0: none. */
export function generationOf(word: number): number {
  return word >>> GENERATION_SHIFT;
}

export function generationBits(generation: number): number {
  return generation << GENERATION_SHIFT;
}

export class PageRuns {
  count = 1;
  start = new Float64Array(32);
  word = new Int32Array(32);
  /** The runs of the range that was opened last: indices from `first` to before `end`. */
  first = 0;
  end = 0;

  reset(): void {
    this.count = 1;
    this.start[0] = 0;
    this.word[0] = 0;
  }

  /** Index of the run that holds the frame. */
  indexOf(gfn: Gfn): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.start[middle] <= gfn) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  wordAt(gfn: Gfn): number {
    return this.word[this.indexOf(gfn)];
  }

  /** First frame behind the run. */
  endOf(index: number): Gfn {
    return index + 1 < this.count ? this.start[index + 1] : GFN_LIMIT;
  }

  /** Cuts the runs at both ends of the range; a caller changes the words from `first` to before `end`, then calls `close`. */
  open(from: Gfn, to: Gfn): void {
    this.first = this.cut(from);
    this.end = this.cut(to);
  }

  /** Joins runs in the same state again, around and inside the opened range. */
  close(): void {
    let kept = Math.max(this.first, 1);
    const behind = Math.min(this.end + 1, this.count);
    for (let i = kept; i < behind; i++) {
      if (this.word[i] === this.word[kept - 1]) continue;
      this.start[kept] = this.start[i];
      this.word[kept] = this.word[i];
      kept++;
    }
    if (kept === behind) return;
    this.start.copyWithin(kept, behind, this.count);
    this.word.copyWithin(kept, behind, this.count);
    this.count -= behind - kept;
  }

  /** Changes the words of a range: `clear` first, then `set`. */
  change(from: Gfn, to: Gfn, clear: number, set: number): void {
    this.open(from, to);
    for (let i = this.first; i < this.end; i++) this.word[i] = (this.word[i] & ~clear) | set;
    this.close();
  }

  /** Whether the bits in `mask` are `value` in every frame of the range. */
  isAll(from: Gfn, to: Gfn, mask: number, value: number): boolean {
    for (let i = this.indexOf(from); i < this.count && this.start[i] < to; i++) {
      if ((this.word[i] & mask) !== value) return false;
    }
    return true;
  }

  /** Index of the run that starts at the frame, made if there is none. */
  private cut(gfn: Gfn): number {
    if (gfn >= GFN_LIMIT) return this.count;
    const index = this.indexOf(gfn);
    if (this.start[index] === gfn) return index;
    if (this.count === this.start.length) this.grow();
    this.start.copyWithin(index + 2, index + 1, this.count);
    this.word.copyWithin(index + 2, index + 1, this.count);
    this.start[index + 1] = gfn;
    this.word[index + 1] = this.word[index];
    this.count++;
    return index + 1;
  }

  private grow(): void {
    const start = new Float64Array(this.start.length * 2);
    start.set(this.start);
    this.start = start;
    const word = new Int32Array(this.word.length * 2);
    word.set(this.word);
    this.word = word;
  }
}
