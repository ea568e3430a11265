/**
 * Ranges of guest frames whose cache attribute the toolstack pinned. A range lives from one time to another, so that an entry can be computed
 * with the ranges of the time at which it was resolved.
 */
import { PIN_NONE, type PinType } from '../contract/operation.js';

/** Ranges that are pinned at any one time and none of which covers the page. */
export const NOT_PINNED = -1;
/** A range covers part of the page. */
export const PARTLY_PINNED = -2;

/** Answers of `set`. */
export const STORED = 0;
export const REPLACED = 1;
export const DELETED = 2;
export const ABSENT = 3;
export const OVERLAPS = 4;
export const OVER_LIMIT = 5;
export type PinOutcome = 0 | 1 | 2 | 3 | 4 | 5;

interface Pin {
  readonly start: number;
  /** First frame after the range. */
  readonly end: number;
  readonly type: PinType;
  readonly from: number;
  /** Time at which it was deleted or replaced. */
  until: number;
}

export class PinnedRanges {
  private readonly pins: Pin[] = [];
  /** Number of changes so far. */
  time = 0;
  /** Type of the range that `set` deleted last. */
  deletedType: PinType = PIN_NONE;

  /** @param limit ranges at one time, 0 for no limit. */
  constructor(private readonly limit: number) {}

  reset(): void {
    this.pins.length = 0;
    this.time = 0;
  }

  /** All ranges are gone: a new domain has none. */
  forget(): void {
    this.time++;
    for (const pin of this.pins) if (pin.until > this.time) pin.until = this.time;
  }

  /** Xen xen/arch/x86/hvm/mtrr.c, `hvm_set_mem_pinned_cacheattr()` up to its side effects. The bounds are always good: frames are below 2 ** 40. */
  set(start: number, pages: number, type: PinType): PinOutcome {
    const end = start + pages;
    const exact = this.living().find((pin) => pin.start === start && pin.end === end);
    if (type === PIN_NONE) {
      if (exact === undefined) return ABSENT;
      exact.until = ++this.time;
      this.deletedType = exact.type;
      return DELETED;
    }
    if (exact !== undefined) {
      exact.until = ++this.time;
      this.add(start, end, type);
      return REPLACED;
    }
    if (this.living().some((pin) => pin.start < end && start < pin.end)) return OVERLAPS;
    if (this.limit !== 0 && this.living().length >= this.limit) return OVER_LIMIT;
    this.time++;
    this.add(start, end, type);
    return STORED;
  }

  /** Xen xen/arch/x86/hvm/mtrr.c, `hvm_get_mem_pinned_cacheattr()`: type pinned at a time for an aligned page, NOT_PINNED or PARTLY_PINNED. */
  at(time: number, gfn: number, pages: number): number {
    for (let index = 0; index < this.pins.length; index++) {
      const pin = this.pins[index];
      if (pin.from > time || pin.until <= time) continue;
      if (pin.start <= gfn && gfn + pages <= pin.end) return pin.type;
      if (pin.start < gfn + pages && gfn < pin.end) return PARTLY_PINNED;
    }
    return NOT_PINNED;
  }

  /** The ranges of now, for the state. */
  living(): readonly Pin[] {
    return this.pins.filter((pin) => pin.until > this.time);
  }

  private add(start: number, end: number, type: PinType): void {
    this.pins.push({ start, end, type, from: this.time, until: Number.MAX_SAFE_INTEGER });
  }
}
