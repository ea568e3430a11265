/** The nested entries of a domain in words, for diffing: the first of each region. */
import { LEVEL_NAMES } from '../contract/address.js';
import { BACKING_NAMES } from '../contract/machine.js';
import { MEMORY_TYPE_NAMES } from '../contract/memory-type.js';
import type { State } from '../contract/model.js';
import { nestedType } from './nested-type.js';
import type { NptP2m } from './npt-p2m.js';

const hex = (value: number): string => `0x${value.toString(16)}`;

export function nptState(p2m: NptP2m): State {
  const state: Record<string, unknown> = {};
  for (let index = 0; index < p2m.regions.count; index++) {
    const region = p2m.regions.at(index);
    const { start, end, backing } = region;
    state[`region ${hex(start)}`] = { pages: hex(end - start), backing: BACKING_NAMES[backing] };
    state[`gfn ${hex(start)}`] = `${LEVEL_NAMES[p2m.levelOf(region, start)]} ${MEMORY_TYPE_NAMES[nestedType(region)]}`;
  }
  return state;
}
