/** The EPT leaves of a domain in words, for diffing: of each region its first, and all that a scenario touched. */
import { LEVEL_4K, LEVEL_NAMES } from '../contract/address.js';
import { BACKING_NAMES } from '../contract/machine.js';
import { MEMORY_TYPE_NAMES } from '../contract/memory-type.js';
import type { State } from '../contract/model.js';
import { emtOf, ignoresPat } from './ept-entry.js';
import type { EptP2m } from './ept-p2m.js';
import { MEGA_PAGES } from './region.js';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** The leaf that maps a frame: level and type, `?` while it is marked for recalculation. */
function leafText(p2m: EptP2m, gfn: number): string | null {
  const region = p2m.regions.find(gfn);
  if (region === null) return null;
  const isMarked = p2m.inspect(region, gfn);
  const type = isMarked ? '?' : `${MEMORY_TYPE_NAMES[emtOf(p2m.entry)]}${ignoresPat(p2m.entry) ? '+ipat' : ''}`;
  return `${LEVEL_NAMES[p2m.level]} ${type}`;
}

/** First frames of runs of equal 4K leaves in a table, or of the one leaf that maps the block. */
function runStarts(p2m: EptP2m, block: number): number[] {
  const starts: number[] = [];
  let last: string | null = null;
  for (let gfn = block; gfn < block + MEGA_PAGES; gfn++) {
    const text = leafText(p2m, gfn);
    if (text !== null && text !== last) starts.push(gfn);
    if (text !== null && p2m.level !== LEVEL_4K) break;
    last = text;
  }
  return starts;
}

export function leafState(p2m: EptP2m): State {
  const state: Record<string, unknown> = {};
  const frames = new Set<number>(p2m.touched().flatMap((block) => runStarts(p2m, block)));
  for (let index = 0; index < p2m.regions.count; index++) {
    const { start, end, backing } = p2m.regions.at(index);
    state[`region ${hex(start)}`] = { pages: hex(end - start), backing: BACKING_NAMES[backing] };
    frames.add(start);
  }
  for (const gfn of [...frames].sort((a, b) => a - b)) state[`gfn ${hex(gfn)}`] = leafText(p2m, gfn);
  return state;
}
