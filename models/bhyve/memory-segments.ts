/** The guest's address space: segments of RAM and BARs of assigned devices, each with a memory attribute. */
import { type Gfn, LEVEL_2M, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import { type Backing, DEVICE, DEVICE_RO, DEVICE_WC, type Region } from '../contract/machine.js';
import type { Version } from './switches.js';

export interface Segment {
  readonly start: Gfn;
  /** Exclusive. */
  readonly end: Gfn;
  /** VM_MEMATTR_UNCACHEABLE; RAM is VM_MEMATTR_WRITE_BACK. */
  readonly isBar: boolean;
  readonly largest: Level;
  readonly hostMtrr: number;
}

export class MemorySegments {
  private segments: Segment[] = [];

  constructor(private readonly version: Version) {}

  reset(regions: readonly Region[]): void {
    this.segments.length = 0;
    for (const { gfn, pages, backing, level, hostMtrr } of regions) {
      this.segments.push(this.segment(gfn, gfn + pages, backing, level, hostMtrr));
    }
  }

  replace(start: Gfn, end: Gfn, backing: Backing, level: Level, hostMtrr: number): void {
    const before = this.segments.filter((each) => each.start < start).map((each) => ({ ...each, end: Math.min(each.end, start) }));
    const behind = this.segments.filter((each) => each.end > end).map((each) => ({ ...each, start: Math.max(each.start, end) }));
    this.segments = [...before, this.segment(start, end, backing, level, hostMtrr), ...behind];
  }

  find(gfn: Gfn): Segment | null {
    for (const segment of this.segments) if (gfn < segment.end) return gfn >= segment.start ? segment : null;
    return null;
  }

  private segment(start: Gfn, end: Gfn, backing: Backing, level: Level, hostMtrr: number): Segment {
    const isBar = backing === DEVICE || backing === DEVICE_WC || backing === DEVICE_RO;
    const most = isBar && this.version.barLevel === '4K' ? LEVEL_4K : LEVEL_2M;
    return { start, end, isBar, largest: Math.min(level, most) as Level, hostMtrr };
  }
}

/** The superpage of the pmap, 2M, where one fits into the segment around the frame. */
export function levelAt({ start, end, largest }: Segment, gfn: Gfn): Level {
  const pages = LEVEL_PAGES[LEVEL_2M];
  const first = gfn - (gfn % pages);
  return largest === LEVEL_2M && first >= start && first + pages <= end ? LEVEL_2M : LEVEL_4K;
}
