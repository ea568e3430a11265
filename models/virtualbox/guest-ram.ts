/** Which frames are RAM. What the format calls device memory is not passed through, so it is none. */
import { type Gfn, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import { type Backing, DEVICE, DEVICE_RO, DEVICE_WC, type Region } from '../contract/machine.js';

export interface Range {
  readonly gfn: Gfn;
  readonly pages: number;
  readonly isDevice: boolean;
  readonly level: Level;
  readonly hostMtrr: number;
}

export class GuestRam {
  private ranges: Range[] = [];

  reset(regions: readonly Region[]): void {
    this.ranges.length = 0;
    for (const { gfn, pages, backing, level, hostMtrr } of regions) {
      this.ranges.push({ gfn, pages, isDevice: isDevice(backing), level, hostMtrr });
    }
  }

  replace(gfn: Gfn, pages: number, backing: Backing, level: Level, hostMtrr: number): void {
    const end = gfn + pages;
    const ranges: Range[] = [{ gfn, pages, isDevice: isDevice(backing), level, hostMtrr }];
    for (const range of this.ranges) {
      const rangeEnd = range.gfn + range.pages;
      if (range.gfn < gfn) ranges.push({ ...range, pages: Math.min(rangeEnd, gfn) - range.gfn });
      if (rangeEnd > end) ranges.push({ ...range, gfn: Math.max(range.gfn, end), pages: rangeEnd - Math.max(range.gfn, end) });
    }
    this.ranges = ranges;
  }

  find(gfn: Gfn): Range | null {
    for (const range of this.ranges) if (gfn >= range.gfn && gfn < range.gfn + range.pages) return range;
    return null;
  }
}

function isDevice(backing: Backing): boolean {
  return backing === DEVICE || backing === DEVICE_WC || backing === DEVICE_RO;
}

/** The largest aligned block around the frame inside its range. */
export function levelOf({ gfn: start, pages: count, level: largest }: Range, gfn: Gfn): Level {
  for (let level = largest; level > LEVEL_4K; level = (level - 1) as Level) {
    const offset = gfn % LEVEL_PAGES[level];
    if (gfn - offset >= start && gfn - offset + LEVEL_PAGES[level] <= start + count) return level;
  }
  return LEVEL_4K;
}
