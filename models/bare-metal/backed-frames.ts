/** The frames that have something behind them. What it is does not matter to bare metal, so adjoining ranges are one. */
import type { Gfn } from '../contract/address.js';
import type { Region } from '../contract/machine.js';

export class BackedFrames {
  /** Sorted, disjoint, not adjoining: first frame of range i at 2i, the frame after its last at 2i + 1. */
  private bounds = new Float64Array(16);
  private used = 0;

  reset(regions: readonly Region[]): void {
    this.used = 0;
    for (const region of regions) this.add(region.gfn, region.pages);
  }

  has(gfn: Gfn): boolean {
    // Inside a range the number of bounds at or below the frame is odd.
    let below = 0;
    while (below < this.used && this.bounds[below] <= gfn) below++;
    return below % 2 === 1;
  }

  /** Merges the range with all that it meets or adjoins. */
  add(gfn: Gfn, pages: number): void {
    let start = 0;
    while (start < this.used && this.bounds[start + 1] < gfn) start += 2;
    let end = start;
    while (end < this.used && this.bounds[end] <= gfn + pages) end += 2;
    const first = start < end ? Math.min(gfn, this.bounds[start]) : gfn;
    const limit = start < end ? Math.max(gfn + pages, this.bounds[end - 1]) : gfn + pages;
    this.replace(start, end, first, limit);
  }

  /** Puts one range in the place of the bounds from `start` to `end`. */
  private replace(start: number, end: number, first: Gfn, limit: Gfn): void {
    if (this.used + 2 > this.bounds.length) this.grow();
    this.bounds.copyWithin(start + 2, end, this.used);
    this.bounds[start] = first;
    this.bounds[start + 1] = limit;
    this.used += start + 2 - end;
  }

  private grow(): void {
    const bounds = new Float64Array(2 * this.bounds.length);
    bounds.set(this.bounds);
    this.bounds = bounds;
  }
}
