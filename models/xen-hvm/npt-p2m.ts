/**
 * The levels of NPT entries. Their memory types need no record: they follow from the p2m type. Event numbers are the optimisation that
 * ept-p2m.ts describes: a superpage is split if that happened after its region was populated.
 */
import { LEVEL_1G, LEVEL_2M, LEVEL_4K, type Level } from '../contract/address.js';
import { gigaBlock, megaBlock, P2m } from './p2m.js';
import type { Region } from './region.js';

export class NptP2m extends P2m {
  /** Level of the leaf that maps the frame. */
  levelOf(region: Region, gfn: number): Level {
    let level = region.populatedLevel(gfn);
    if (level === LEVEL_1G && this.isSplit(this.giga.find(gigaBlock(gfn)), this.giga.events, region)) level = LEVEL_2M;
    if (level === LEVEL_2M && this.isSplit(this.mega.find(megaBlock(gfn)), this.mega.events, region)) level = LEVEL_4K;
    return level;
  }

  /** Xen xen/arch/x86/mm/p2m-pt.c, `p2m_next_level()`: a superpage on the way down is split by one level, its siblings stay. */
  protected override breakUp(region: Region, gfn: number, level: Level): void {
    if (this.levelOf(region, gfn) === LEVEL_1G) this.giga.put(gigaBlock(gfn), LEVEL_2M, 0, ++this.event);
    if (level === LEVEL_2M) return;
    if (this.levelOf(region, gfn) === LEVEL_2M) this.mega.put(megaBlock(gfn), LEVEL_4K, 0, ++this.event);
  }

  private isSplit(record: number, events: Int32Array, region: Region): boolean {
    return record >= 0 && events[record] > region.born;
  }
}
