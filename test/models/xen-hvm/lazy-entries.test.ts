/** EptP2m keeps no tables; this compares it, step by step, with tables that are written and walked as Xen's are. */
import type { Level } from '../../../models/contract/address.js';
import {
  type Backing,
  GRANT,
  type Machine,
  RAM,
  type Region as MachineRegion,
  RESERVED,
  SPECIAL,
} from '../../../models/contract/machine.js';
import { EmtDecision } from '../../../models/xen-hvm/ept-decision.js';
import { EptP2m } from '../../../models/xen-hvm/ept-p2m.js';
import { MtrrSnapshots } from '../../../models/xen-hvm/mtrr-snapshots.js';
import { PinnedRanges } from '../../../models/xen-hvm/pinned-ranges.js';
import type { EmtSwitches } from '../../../models/xen-hvm/switches.js';
import { EagerP2m } from './eager-p2m.js';
import { eptSwitches } from './subject.js';

const PAGES = [0, 1, 0x200, 0x40000];
const TYPES = [0, 1, 4, 5, 6];

/** Small and good enough: xorshift. */
function randomOf(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const region = (gfn: number, pages: number, backing: Backing, level: Level): MachineRegion => ({
  gfn,
  pages,
  backing,
  level,
  hostMtrr: backing === RESERVED ? 0 : 6,
  hostPat: 6,
  specialOffset: backing === RAM && pages > 0x300 ? 0x210 : 0,
  specialPages: backing === RAM && pages > 0x300 ? 3 : 0,
});

/** Both kinds of p2m, driven by one random history. */
class Comparison {
  readonly mtrrs = new MtrrSnapshots();
  readonly pins = new PinnedRanges(0);
  readonly lazy: EptP2m;
  readonly eager: EagerP2m;
  private readonly limit = 0xc0000;

  constructor(
    switches: EmtSwitches,
    private readonly random: (below: number) => number,
  ) {
    const decision = new EmtDecision(switches, this.pins);
    this.lazy = new EptP2m(decision, this.mtrrs, this.pins);
    this.eager = new EagerP2m((gfn, level, vcpu) => {
      const at = this.lazy.regions.find(gfn);
      if (at === null) throw new Error(`no region at ${gfn}`);
      const order = [0, 0, 9, 18][level];
      return decision.entry(at, gfn, order, this.mtrrs.of(vcpu), this.pins.time, this.lazy.isPlain);
    });
    this.mtrrs.reset();
    this.pins.reset();
    this.lazy.isPlain = false;
    const regions = [
      region(0, 0x400, RAM, 2),
      region(0x400, 0x150, RESERVED, 1),
      region(0x550, 0x20, GRANT, 1),
      region(0x600, 0x403a0, RAM, 3),
      region(0x40a00, 0x600, SPECIAL, 2),
      region(0x80000, 0x40000, RAM, 3),
    ];
    this.lazy.reset({ regions } as unknown as Machine);
    this.lazy.populate();
    for (const { gfn, pages } of regions) this.map(gfn, gfn + pages);
  }

  private map(gfn: number, end: number): void {
    for (let at = gfn; at < end; ) {
      const level = this.lazy.regions.find(at)!.populatedLevel(at);
      this.eager.set(at, level, true);
      at += PAGES[level];
    }
  }

  private unmap(gfn: number, end: number): void {
    for (let at = gfn; at < end; ) {
      const level = ([3, 2, 1] as const).find((each) => at % PAGES[each] === 0 && at + PAGES[each] <= end)!;
      this.eager.set(at, level, false);
      at += PAGES[level];
    }
  }

  private frame(): number {
    const { random } = this;
    const bases = [0, 0x100, 0x200, 0x3f0, 0x400, 0x540, 0x600, 0x7f8, 0x40000, 0x40600, 0x80000, 0x80200, 0xbfe00];
    return Math.min(this.limit - 1, bases[random(bases.length)] + random(random(3) === 0 ? 0x400 : 0x20));
  }

  private writeMtrr(): void {
    const { random } = this;
    const m = this.mtrrs.writable(random(2));
    const register = 2 * random(3);
    const order = [0, 2, 9, 12, 18, 20][random(6)];
    m.setVariable(register, 0, (((this.frame() >> order) << order) << 12) | TYPES[random(5)]);
    m.setVariable(register + 1, random(4) === 0 ? 0 : 0xf, (-1 << (12 + order)) | (random(4) === 0 ? 0 : 0x800));
    m.setFixed(random(11), 0x06060606, 0x01010101 * TYPES[random(5)]);
    m.defType = [0xc06, 0x806, 0xc00, 0][random(4)];
  }

  private setBacking(): void {
    const { random } = this;
    const unit = [1, 1, 8, 0x200, 0x400][random(5)];
    const gfn = Math.floor(this.frame() / unit) * unit;
    const pages = Math.min(this.limit - gfn, unit * (1 + random(3)) + (random(3) === 0 ? random(0x300) : 0));
    const before = gfn + pages;
    this.unmap(gfn, before);
    const backing = ([RAM, RAM, SPECIAL, RESERVED, GRANT] as const)[random(5)];
    this.lazy.setBacking(gfn, pages, backing, (1 + random(3)) as Level, 6);
    this.map(gfn, before);
  }

  /** One random step; an access tells what both saw. */
  step(): { gfn: number; lazy: unknown; eager: unknown } | null {
    const { random } = this;
    const kind = random(20);
    if (kind < 4) this.writeMtrr();
    else if (kind < 6) {
      this.lazy.invalidate();
      this.eager.invalidate();
    } else if (kind < 7) this.pins.set(this.frame(), 1 + random(0x300), ([0, 1, 4, 5, 6, 7, -1] as const)[random(7)]);
    else if (kind < 8) this.lazy.isPlain = random(4) === 0;
    else if (kind < 10) this.setBacking();
    else return this.access(this.frame(), random(2));
    return null;
  }

  access(gfn: number, vcpu: number): { gfn: number; lazy: unknown; eager: unknown } {
    const found = this.lazy.regions.find(gfn);
    const eager = this.eager.translate(gfn, vcpu);
    if (found === null) return { gfn, lazy: null, eager };
    this.lazy.translate(found, gfn, vcpu);
    return { gfn, lazy: { level: this.lazy.level, entry: this.lazy.entry }, eager };
  }
}

describe('entries that are computed when they are looked at', () => {
  test.each([
    ['at HEAD', eptSwitches('ept-4.19')],
    ['at ca24b2ffdb', eptSwitches('ept-ca24b2ffdb')],
  ])('are those of tables that are written and walked in full, %s', (_when, switches) => {
    const levels = new Set<number>();
    for (let seed = 1; seed <= 16; seed++) {
      const comparison = new Comparison(switches, randomOf(seed * 7919));
      for (let step = 0; step < 150; step++) {
        const seen = comparison.step();
        if (seen !== null) expect({ seed, step, ...seen, lazy: seen.eager }).toEqual({ seed, step, ...seen });
        levels.add(comparison.lazy.level);
      }
    }
    expect([...levels].sort()).toEqual([1, 2, 3]);
  });

  test('cost nothing for a region of 2 ** 40 frames', () => {
    const p2m = new EptP2m(new EmtDecision(eptSwitches('ept-4.19'), new PinnedRanges(0)), new MtrrSnapshots(), new PinnedRanges(0));
    p2m.reset({ regions: [region(0, 2 ** 40, RAM, 1)] } as unknown as Machine);
    p2m.populate();
    p2m.setBacking(5, 2 ** 40 - 10, RAM, 3, 6);
    const last = p2m.regions.find(2 ** 40 - 6)!;
    p2m.translate(last, 2 ** 40 - 6, 0);
    expect({ level: p2m.level, regions: p2m.regions.count }).toEqual({ level: 1, regions: 3 });
    p2m.translate(last, 2 ** 40 - 0x40001, 0);
    expect(p2m.level).toBe(3);
  });
});
