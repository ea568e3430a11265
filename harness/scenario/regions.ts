/** `machine.regions`: parsing, printing, and what a simpler list is. */
import { BACKING_HOST_MTRR, BACKING_HOST_PAT, type Backing, RAM, type Region, RESERVED } from '../../models/contract/machine.js';
import { MEMORY_TYPE_NAMES, type RegisterType, UC_MINUS, WB, WC } from '../../models/contract/memory-type.js';
import { backing, gfn, level, mtrrType, named, pages } from '../operations/fields.js';
import { printHex } from '../operations/number.js';
import { objectWith } from '../operations/known-keys.js';
import type { Place } from '../operations/usage-error.js';

const PLAIN_RAM = { backing: RAM, hostMtrr: BACKING_HOST_MTRR[RAM], hostPat: BACKING_HOST_PAT[RAM] } as const;
export const DEFAULT_REGIONS: readonly Region[] = [plainRegion(0, 0x100000)];

/** RAM in 4K pages. */
function plainRegion(first: number, count: number): Region {
  return { gfn: first, pages: count, level: 1, ...PLAIN_RAM, specialOffset: 0, specialPages: 0 };
}

const KEYS = ['gfn', 'pages', 'backing', 'level', 'hostMtrr', 'special', 'hostPat'];
/** How the host may map a reserved page. */
const RESERVED_HOST_PAT = named<RegisterType>(MEMORY_TYPE_NAMES, [WB, UC_MINUS, WC]);

/** @throws {UsageError} */
export function parseRegions(value: unknown, place: Place): readonly Region[] {
  if (!Array.isArray(value)) return place.fail(value, 'an array of regions');
  const regions = value.map((region, index) => parseRegion(region, place.at(index)));
  regions.forEach((region, index) => {
    const before = regions[index - 1];
    if (before !== undefined && region.gfn < before.gfn + before.pages) {
      place
        .at(index)
        .at('gfn')
        .fail(printHex(region.gfn), `regions sorted and not overlapping: at least ${printHex(before.gfn + before.pages)}`);
    }
  });
  return regions;
}

function parseRegion(value: unknown, place: Place): Region {
  const found = objectWith(value, KEYS, place);
  const first = gfn.parse(found.gfn, place.at('gfn'));
  const count = pages.parse(found.pages, place.at('pages'));
  if (first + count > place.gfnLimit) {
    place.at('pages').fail(found.pages, `gfn + pages at most ${printHex(place.gfnLimit)} (machine.maxPhysAddr)`);
  }
  const kind = backing.parse(found.backing, place.at('backing'));
  const special = found.special === undefined ? NO_SPECIAL : parseSpecial(found.special, place.at('special'), kind, count);
  return {
    gfn: first,
    pages: count,
    backing: kind,
    level: found.level === undefined ? 1 : level.parse(found.level, place.at('level')),
    hostMtrr: found.hostMtrr === undefined ? BACKING_HOST_MTRR[kind] : mtrrType.parse(found.hostMtrr, place.at('hostMtrr')),
    hostPat: found.hostPat === undefined ? BACKING_HOST_PAT[kind] : parseHostPat(found.hostPat, place.at('hostPat'), kind),
    specialOffset: special.offset,
    specialPages: special.pages,
  };
}

/** Of other backings only what their host does anyway. */
function parseHostPat(value: unknown, place: Place, kind: Backing): RegisterType {
  if (kind === RESERVED) return RESERVED_HOST_PAT.parse(value, place);
  const only = MEMORY_TYPE_NAMES[BACKING_HOST_PAT[kind]];
  return value === only ? BACKING_HOST_PAT[kind] : place.fail(value, `"${only}", the host's own type of this backing`);
}

const NO_SPECIAL = { offset: 0, pages: 0 };

function parseSpecial(value: unknown, place: Place, kind: number, count: number): { offset: number; pages: number } {
  if (kind !== RAM) place.fail(value, 'no special pages outside a "ram" region');
  const found = objectWith(value, ['offset', 'pages'], place);
  const offset = gfn.parse(found.offset, place.at('offset'));
  const special = pages.parse(found.pages, place.at('pages'));
  if (offset + special > count) place.fail(value, `offset + pages at most the region's ${printHex(count)} pages`);
  return { offset, pages: special };
}

export function printRegions(regions: readonly Region[]): unknown {
  return regions.map((region) => ({
    gfn: printHex(region.gfn),
    pages: printHex(region.pages),
    backing: backing.print(region.backing),
    ...(region.level === 1 ? {} : { level: level.print(region.level) }),
    ...(region.hostMtrr === BACKING_HOST_MTRR[region.backing] ? {} : { hostMtrr: MEMORY_TYPE_NAMES[region.hostMtrr] }),
    ...(region.specialPages === 0
      ? {}
      : { special: { offset: printHex(region.specialOffset), pages: printHex(region.specialPages) } }),
    ...(region.hostPat === BACKING_HOST_PAT[region.backing] ? {} : { hostPat: MEMORY_TYPE_NAMES[region.hostPat] }),
  }));
}

export function sameRegions(a: readonly Region[], b: readonly Region[]): boolean {
  return JSON.stringify(printRegions(a)) === JSON.stringify(printRegions(b));
}

/** Lists without one region, and lists with one region that is plainer. */
export function simplerRegions(regions: readonly Region[]): readonly (readonly Region[])[] {
  const without = regions.map((_, index) => regions.filter((__, other) => other !== index));
  const plainer = regions.flatMap((region, index) => plainerRegions(region).map((simpler) => regions.with(index, simpler)));
  return [...without.filter((list) => list.length > 0), ...plainer];
}

function plainerRegions(region: Region): Region[] {
  const candidates: Region[] = [
    { ...region, specialOffset: 0, specialPages: 0 },
    { ...region, ...PLAIN_RAM },
    { ...region, hostPat: BACKING_HOST_PAT[region.backing] },
    { ...region, hostMtrr: BACKING_HOST_MTRR[region.backing] },
    { ...region, level: 1 },
  ];
  if (region.specialPages > 0) candidates.push({ ...region, specialPages: 1 });
  const before = JSON.stringify(region);
  return candidates.filter((candidate) => JSON.stringify(candidate) !== before);
}
