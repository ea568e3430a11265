/** Pass: few frames, at small round numbers, in a memory layout of only the regions that they lie in. */
import { LEVEL_PAGES } from '../../models/contract/address.js';
import type { Region } from '../../models/contract/machine.js';
import type { Operation } from '../../models/contract/operation.js';
import { DEFAULT_REGIONS, sameRegions } from '../scenario/regions.js';
import type { Scenario } from '../scenario/scenario.js';
import { adoptFirst } from './adoption.js';
import type { Search, Trial } from './search.js';

/** The first frame above the fixed ranges, and the distance of regions whose pages are 4K. */
const MIB = 0x100;

export function* simplifyLayout(search: Search): Trial<void> {
  const { scenario } = search;
  if (sameRegions(scenario.machine.regions, DEFAULT_REGIONS)) {
    yield* adoptFirst(search, [ladder(scenario, 0), ladder(scenario, MIB), moved(scenario, highestBit)]);
    return;
  }
  const used = usedRegions(scenario);
  const stride = Math.max(MIB, ...used.map(({ level }) => (level === 1 ? 1 : LEVEL_PAGES[level])));
  yield* adoptFirst(search, [
    compacted(scenario, used.map(plain), 0, MIB),
    compacted(scenario, used, 0, stride),
    compacted(scenario, used, stride, stride),
    withRegions(scenario, used),
  ]);
}

/** Frame n of the scenario becomes `first` + n MiB, in ascending order. */
function ladder(scenario: Scenario, first: number): Scenario {
  const frames = framesOf(scenario);
  return moved(scenario, (gfn) => first + MIB * frames.indexOf(gfn));
}

/** A frame inside a naturally aligned range becomes its first one. */
function highestBit(gfn: number): number {
  return gfn === 0 ? 0 : 2 ** Math.floor(Math.log2(gfn));
}

/** The regions one stride apart, and in each its frames from the first on, special ones before others; frames without backing after them. */
function compacted(scenario: Scenario, regions: readonly Region[], first: number, stride: number): Scenario {
  const frames = new Map<number, number>();
  const place = (gfns: readonly number[], start: number, distance: number) => {
    for (const [index, gfn] of gfns.entries()) frames.set(gfn, start + index * distance);
  };
  const compact = regions.map((region, index) => {
    const gfn = first + index * stride;
    const inside = framesOf(scenario).filter((frame) => contains(region, frame));
    const special = inside.filter((frame) => isSpecial(region, frame));
    place([...special, ...inside.filter((frame) => !special.includes(frame))], gfn, 1);
    return { ...region, gfn, pages: stride, specialOffset: 0, specialPages: special.length };
  });
  const outside = framesOf(scenario).filter((frame) => !frames.has(frame));
  place(outside, first + regions.length * stride, stride);
  const steps = moved(scenario, (gfn) => frames.get(gfn) ?? gfn);
  return withRegions(steps, compact);
}

function withRegions(scenario: Scenario, regions: readonly Region[]): Scenario {
  return { ...scenario, machine: { ...scenario.machine, regions } };
}

function plain(region: Region): Region {
  return { ...region, level: 1, specialOffset: 0, specialPages: 0 };
}

/** Those with a frame of the scenario, or the first: an empty layout is odd to read. */
function usedRegions(scenario: Scenario): readonly Region[] {
  const { regions } = scenario.machine;
  const used = regions.filter((region) => framesOf(scenario).some((gfn) => contains(region, gfn)));
  return used.length > 0 ? used : regions.slice(0, 1);
}

function contains(region: Region, gfn: number): boolean {
  return gfn >= region.gfn && gfn < region.gfn + region.pages;
}

function isSpecial(region: Region, gfn: number): boolean {
  const offset = gfn - region.gfn - region.specialOffset;
  return offset >= 0 && offset < region.specialPages;
}

/** Ascending. */
function framesOf(scenario: Scenario): number[] {
  return [...new Set(scenario.steps.flatMap((step) => ('gfn' in step ? [step.gfn] : [])))].sort((a, b) => a - b);
}

function moved(scenario: Scenario, to: (gfn: number) => number): Scenario {
  const move = (step: Operation): Operation => ('gfn' in step && to(step.gfn) !== step.gfn ? { ...step, gfn: to(step.gfn) } : step);
  return { ...scenario, steps: scenario.steps.map(move) };
}
