/** What holds of the merged design at every step; hazards and variants break it. */
import { LEVEL_4K } from '../contract/address.js';
import type { Conversion } from './conversion.js';
import type { GuestMemory } from './guest-memory.js';
import { type Leaves, SHARED_PFN } from './leaves.js';

const hex = (number: number) => `0x${number.toString(16)}`;

/** One line for every statement that does not hold, beginning with its id. */
export function brokenInvariants(memory: GuestMemory, conversion: Conversion): string[] {
  const broken: string[] = [];
  for (let leaf = 0; leaf < memory.leaves.count; leaf++) broken.push(...brokenByLeaf(memory, leaf));
  const open = conversion.hasBegun ? 1 : 0;
  if (memory.invalidation.inProgress !== open) {
    broken.push(`I8: ${memory.invalidation.inProgress} invalidations are open, ${open} began and did not end`);
  }
  return broken;
}

function brokenByLeaf(memory: GuestMemory, leaf: number): string[] {
  const { leaves, attributes, pages, slots } = memory;
  const base = leaves.baseOf(leaf);
  const end = leaves.endOf(leaf);
  const isPrivate = leaves.pfnOf(leaf) !== SHARED_PFN;
  const name = `the leaf of ${hex(base)} to ${hex(end)}`;
  const broken: string[] = [];
  if (!attributes.all(base, end, isPrivate)) {
    broken.push(`I1: ${name} is ${isPrivate ? 'private' : 'shared'}, an attribute in it is not`);
  }
  if (leaves.levelOf(leaf) > LEVEL_4K) {
    if (memory.isMixed(base, leaves.levelOf(leaf)) || !attributes.isUniform(base, end))
      broken.push(`I1h: ${name} is of mixed attributes`);
    const slot = slots.of(base);
    if (slot === null || slot.end < end) broken.push(`I1h: ${name} does not lie in one memslot`);
  }
  if (slots.of(base) === null) broken.push(`I1s: ${name} has no memslot`);
  if (isPrivate && pages.find(base) !== leaves.pfnOf(leaf)) broken.push(`I7: ${name} maps a page that was freed`);
  if (isDoubled(leaves, leaf)) broken.push(`I2: ${name} overlaps another`);
  return broken;
}

/** Two leaves of one frame: a translation would not be the walk's. */
function isDoubled(leaves: Leaves, leaf: number): boolean {
  for (let other = leaf + 1; other < leaves.count; other++) {
    if (leaves.baseOf(other) < leaves.endOf(leaf) && leaves.endOf(other) > leaves.baseOf(leaf)) return true;
  }
  return false;
}
