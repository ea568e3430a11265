/** What the EPT maps: regions by hypercall, each with one memory type and pages as large as fit. */
import { type Gfn, LEVEL_1G, LEVEL_2M, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import { type Backing, DEVICE, DEVICE_RO, DEVICE_WC, type Region } from '../contract/machine.js';

export interface EptRegion {
  readonly start: Gfn;
  /** Exclusive. */
  readonly end: Gfn;
  /** UC; RAM is WB. */
  readonly isBar: boolean;
  readonly largest: Level;
}

const isBar = (backing: Backing) => backing === DEVICE || backing === DEVICE_WC || backing === DEVICE_RO;

export class EptRegions {
  private readonly atStart: EptRegion[] = [];
  private regions: EptRegion[] = [];

  reset(regions: readonly Region[]): void {
    this.atStart.length = 0;
    for (const { gfn, pages, backing, level } of regions)
      this.atStart.push({ start: gfn, end: gfn + pages, isBar: isBar(backing), largest: level });
    this.regions = this.atStart;
  }

  map(start: Gfn, end: Gfn, backing: Backing, largest: Level): void {
    const left = this.regions.flatMap((region) => [
      { ...region, end: Math.min(region.end, start) },
      { ...region, start: Math.max(region.start, end) },
    ]);
    const kept = left.filter((region) => region.start < region.end);
    this.regions = [...kept, { start, end, isBar: isBar(backing), largest }].sort((a, b) => a.start - b.start);
  }

  find(gfn: Gfn): EptRegion | null {
    for (const region of this.regions) if (region.end > gfn) return region.start <= gfn ? region : null;
    return null;
  }
}

/** The largest page around the frame that lies in its region. */
export function pageAround({ start, end, largest }: EptRegion, gfn: Gfn, isSplit2M: boolean, isSplit1G: boolean): Level {
  for (let level = largest; level > LEVEL_4K; level = (level - 1) as Level) {
    const pages = LEVEL_PAGES[level];
    const first = Math.floor(gfn / pages) * pages;
    const isSplit = first === 0 && ((level === LEVEL_2M && isSplit2M) || (level === LEVEL_1G && isSplit1G));
    if (!isSplit && first >= start && first + pages <= end) return level;
  }
  return LEVEL_4K;
}
