/**
 * The p2m of a domain: its regions, and how far their superpages have been broken up. Event numbers and blocks are the optimisation that
 * ept-p2m.ts describes.
 */
import { LEVEL_2M, LEVEL_4K, type Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import type { RegisterType } from '../contract/memory-type.js';
import { LeafBlocks } from './leaf-blocks.js';
import { GIGA_PAGES, MEGA_PAGES, type Region } from './region.js';
import { Regions } from './regions.js';

/** Numbers of the aligned blocks that hold a frame. */
export function gigaBlock(gfn: number): number {
  return Math.floor(gfn / GIGA_PAGES);
}
export function megaBlock(gfn: number): number {
  return Math.floor(gfn / MEGA_PAGES);
}

export abstract class P2m {
  readonly regions = new Regions();
  /** 1G blocks that were populated as one leaf and changed since. */
  protected readonly giga = new LeafBlocks();
  /** 2M blocks that were populated as one leaf and changed since, and tables of 4K leaves. */
  protected readonly mega = new LeafBlocks();
  /** Number of the last change of an entry; what happened later has a higher number. */
  protected event = 0;

  /** The machine's regions, not yet populated. */
  reset(machine: Machine): void {
    this.regions.reset(machine);
    this.giga.reset();
    this.mega.reset();
    this.event = 0;
  }

  /** Populates every region, in the largest aligned pages that it allows. */
  populate(): void {
    this.event++;
    for (let index = 0; index < this.regions.count; index++) this.populateRegion(this.regions.at(index));
  }

  /** Unmaps the range in the largest aligned pages inside it, in ascending order, and backs it anew. */
  setBacking(gfn: number, pages: number, backing: Backing, level: Level, hostMtrr: RegisterType): void {
    const end = gfn + pages;
    for (let start = gfn; start < end; ) start = this.unmapRun(start, end);
    const region = this.regions.replace(gfn, end);
    region.place(gfn, end, backing, level, hostMtrr);
    this.event++;
    this.populateRegion(region);
  }

  protected populateRegion(region: Region): void {
    region.populate(this.event);
  }

  /**
   * A write at `level` to the entry of the frame, which is mapped by a larger leaf or by one of a table that has to be
   * resolved first. What a write replaces as a whole needs no such step.
   */
  protected abstract breakUp(region: Region, gfn: number, level: Level): void;

  /** Unmaps the pages of one size that follow `start`, as far as one table above them goes. Returns the frame after them. */
  private unmapRun(start: number, end: number): number {
    const gigaEnd = start - (start % GIGA_PAGES) + GIGA_PAGES;
    if (start % GIGA_PAGES === 0 && gigaEnd <= end) return end - (end % GIGA_PAGES);
    const megaEnd = start - (start % MEGA_PAGES) + MEGA_PAGES;
    if (start % MEGA_PAGES === 0 && megaEnd <= end) {
      const runEnd = Math.min(gigaEnd, end - (end % MEGA_PAGES));
      // Several regions share a 1G block only if no 1G leaf maps it.
      const region = this.regions.find(start);
      if (region !== null) this.breakUp(region, start, LEVEL_2M);
      return runEnd;
    }
    const runEnd = Math.min(megaEnd, end);
    for (let index = 0; index < this.regions.count; index++) {
      const region = this.regions.at(index);
      const first = Math.max(start, region.start);
      if (first < Math.min(runEnd, region.end)) this.breakUp(region, first, LEVEL_4K);
    }
    return runEnd;
  }
}
