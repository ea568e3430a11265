/** Random memory layouts: every backing and level, as machines have them and as they never do. */
import type { Level } from '../../models/contract/address.js';
import {
  BACKING_HOST_MTRR,
  BACKING_HOST_PAT,
  type Backing,
  DEVICE,
  DEVICE_RO,
  DEVICE_WC,
  RAM,
  type Region,
  RESERVED,
} from '../../models/contract/machine.js';
import { type RegisterType, UC, WB, WC, WP, WT } from '../../models/contract/memory-type.js';
import type { Random } from '../operations/random.js';

const TYPES: readonly RegisterType[] = [UC, WC, WT, WP, WB];
const WINDOWS: readonly Backing[] = [RESERVED, DEVICE, DEVICE_WC, RAM];
const BARS: readonly Backing[] = [DEVICE, DEVICE_WC, DEVICE_RO, DEVICE];
/** Where scattered regions start: below 1 MiB, at its edge, low RAM, the PCI hole, above 4 GiB. */
const STARTS = [0x0, 0x80, 0xa0, 0xc0, 0x100, 0x200, 0x400, 0x800, 0x1000, 0x80000, 0xc0000, 0xfee00, 0x100000, 0x140000];
const SIZES = [1, 2, 8, 0x10, 0x20, 0x40, 0x80, 0x100, 0x200, 0x400];

/** The regions of a case. `limit` is the machine's first frame number that does not exist. */
export function drawRegions(random: Random, limit: number): readonly Region[] {
  const choice = random.below(8);
  if (choice < 2) return [region(random, 0, 0x100000, RAM)];
  return choice < 5 ? pcRegions(random) : scatteredRegions(random, limit);
}

/** RAM, VGA window, ROM, RAM, BARs in the hole, RAM above 4 GiB. */
function pcRegions(random: Random): Region[] {
  const hole = random.chance(128) ? 0x80000 : 0xc0000;
  const regions = [region(random, 0, 0xa0, RAM)];
  if (random.chance(192)) regions.push(region(random, 0xa0, 0x20, WINDOWS[random.below(4)]));
  regions.push(region(random, 0xc0, 0x40, RAM), region(random, 0x100, hole - 0x100, RAM));
  if (random.chance(192)) regions.push(region(random, hole, 0x200 << random.below(4), BARS[random.below(4)]));
  if (random.chance(96)) regions.push(region(random, 0xf0000, 0x10, anyBacking(random)));
  if (random.chance(160)) regions.push(region(random, 0x100000, 0x40000, RAM));
  return regions;
}

function scatteredRegions(random: Random, limit: number): Region[] {
  const regions: Region[] = [];
  let next = 0;
  for (const start of STARTS) {
    if (start < next || random.chance(128)) continue;
    const size = SIZES[random.below(SIZES.length)];
    regions.push(region(random, start, size, anyBacking(random)));
    next = start + size;
  }
  if (regions.length === 0 || random.chance(64)) {
    const size = 1 << random.below(10);
    regions.push(region(random, limit - size, size, anyBacking(random)));
  }
  return regions;
}

/** RAM as memory slots with private pages have it: huge pages behind it, one slot or two that meet inside a huge page. */
export function drawSlots(random: Random): readonly Region[] {
  const pages = random.chance(128) ? 0x100000 : 0x400 << random.below(4);
  const edge = random.chance(96) ? 0x200 * (1 + random.below(2)) + random.below(0x200) : pages;
  const slot = (gfn: number, end: number): Region => ({
    ...region(random, gfn, end - gfn, RAM),
    level: random.chance(216) ? 2 : 1,
  });
  return edge < pages ? [slot(0, edge), slot(edge, pages)] : [slot(0, pages)];
}

function anyBacking(random: Random): Backing {
  return random.chance(96) ? RAM : (random.below(9) as Backing);
}

function region(random: Random, gfn: number, pages: number, backing: Backing): Region {
  const level: Level = random.chance(112) ? 1 : random.chance(176) ? 2 : 3;
  const special = backing === RAM && random.chance(40);
  const offset = special ? Math.min(pages - 1, random.chance(96) ? 0 : random.below(1024)) : 0;
  return {
    gfn,
    pages,
    backing,
    level,
    hostMtrr: random.chance(24) ? TYPES[random.below(5)] : BACKING_HOST_MTRR[backing],
    hostPat: BACKING_HOST_PAT[backing],
    specialOffset: offset,
    specialPages: special ? Math.min(pages - offset, random.chance(96) ? 512 : 1 + random.below(8)) : 0,
  };
}
