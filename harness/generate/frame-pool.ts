/** The few frames that a case plays with: few, so that its steps collide; at edges, so that answers differ. */
import type { Machine, Region } from '../../models/contract/machine.js';
import type { Random } from '../operations/random.js';

/** Edges of fixed ranges, 1 MiB, 2 MiB, the usual PCI hole, 4 GiB. */
const EDGES = [0x0, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xff, 0x100, 0x1ff, 0x200, 0x80000, 0xc0000, 0xfffff, 0x100000];
const MOST = 12;

export class FramePool {
  private readonly frames = new Float64Array(MOST);
  private size = 0;

  /** Draws the pool of a case. */
  fill(random: Random, machine: Machine): void {
    const limit = 2 ** (machine.maxPhysAddr - 12);
    const wanted = 3 + random.below(MOST - 4);
    this.size = 0;
    while (this.size < wanted) {
      const choice = random.below(16);
      if (choice < 10) this.addIn(random, machine.regions[random.below(machine.regions.length)]);
      else if (choice < 14) this.add(EDGES[random.below(EDGES.length)], limit);
      else if (choice === 14) this.add(limit - 1 - random.below(2), limit);
      else this.addBeside(random, limit);
    }
  }

  /** Adds the frames that a real set-up touches. */
  add(frame: number, limit: number): void {
    if (this.size < MOST && frame < limit) this.frames[this.size++] = frame;
  }

  pick(random: Random): number {
    return this.frames[random.below(this.size)];
  }

  private addIn(random: Random, region: Region): void {
    const last = region.gfn + region.pages - 1;
    const special = region.gfn + region.specialOffset;
    const choice = random.below(region.specialPages > 0 ? 6 : 4);
    if (choice === 0) this.frames[this.size++] = region.gfn;
    else if (choice === 1) this.frames[this.size++] = last;
    else if (choice < 4) this.frames[this.size++] = Math.min(last, region.gfn + random.below(1024));
    else this.frames[this.size++] = choice === 4 ? special : special + region.specialPages - 1;
  }

  /** A neighbour in the same 2 MiB of a frame that is there already. */
  private addBeside(random: Random, limit: number): void {
    if (this.size === 0) return;
    const block = Math.floor(this.pick(random) / 512) * 512;
    this.add(block + random.below(512), limit);
  }
}
