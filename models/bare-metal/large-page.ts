/**
 * The MTRR types of all frames of a large page, exactly and without visiting the frames. Intel SDM vol. 3, "Large Page Size
 * Considerations"; AMD APM vol. 2, "MTRRs and Page Cache Controls".
 */
import { type Gfn, LEVEL_2M, LEVEL_PAGES, type Level } from '../contract/address.js';
import { UC, WB } from '../contract/memory-type.js';
import {
  agrees,
  FIRST_MEGABYTE,
  HALF_MASK,
  isBelowTopMemory2,
  isValid,
  lowerHalf,
  precedence,
  typeOfPair,
  typesAt,
  upperHalf,
} from './mtrr-lookup.js';
import { ENABLE, FIXED_ENABLE, type MtrrRegisters } from './mtrr-registers.js';
import { hasOneType, setOf, type TypeSet } from './type-set.js';

/** Set of variable-range pairs: bit n stands for pair n. */
type PairSet = number;

/**
 * MTRR types that can type an access to the frame through a large page: one if the page is uniform, else all that it meets.
 * @param splitsFirstMegabyte the processor uses 4-KByte TLB entries where the fixed ranges conflict with the rest of the page.
 */
export function typesThroughPage(mtrrs: MtrrRegisters, gfn: Gfn, size: Level, splitsFirstMegabyte: boolean): TypeSet {
  // Disabled, or absent and so never enabled.
  if ((mtrrs.defType & ENABLE) === 0) return typesAt(mtrrs, gfn);
  const first = gfn - (gfn % LEVEL_PAGES[size]);
  const order = size === LEVEL_2M ? 9 : 18;
  if (first !== 0 || (mtrrs.defType & FIXED_ENABLE) === 0) return typesInBlock(mtrrs, first, order);
  const rest = typesAboveFirstMegabyte(mtrrs, order);
  // Only the fixed ranges can conflict with a page that is otherwise of one type.
  if (splitsFirstMegabyte && hasOneType(rest)) return typesAt(mtrrs, gfn);
  return rest | fixedTypes(mtrrs);
}

function fixedTypes(mtrrs: MtrrRegisters): TypeSet {
  let types = 0;
  for (const type of mtrrs.fixed) types |= setOf(type);
  return types;
}

/** Types of the frames from 1M to the end of the page at 0: [2^k, 2^(k+1)) is a naturally aligned block. */
function typesAboveFirstMegabyte(mtrrs: MtrrRegisters, order: number): TypeSet {
  let types = 0;
  for (let k = Math.log2(FIRST_MEGABYTE); k < order; k++) types |= typesInBlock(mtrrs, 2 ** k, k);
  return types;
}

/** Types that variable ranges and the default give to the frames of a naturally aligned block of 2 ** order frames, order <= 20. */
function typesInBlock(mtrrs: MtrrRegisters, first: Gfn, order: number): TypeSet {
  const free = 2 ** order - 1;
  const isForced = isBelowTopMemory2(mtrrs, first);
  // TOP_MEM2 inside the block.
  if (isForced !== isBelowTopMemory2(mtrrs, first + free)) {
    return typesInBlock(mtrrs, first, order - 1) | typesInBlock(mtrrs, first + 2 ** (order - 1), order - 1);
  }
  const uncovered = isForced ? setOf(WB) : setOf(mtrrs.defType & 0xff);
  const hi = upperHalf(first);
  const lo = lowerHalf(first);
  let reaching: PairSet = 0;
  for (let pair = 0; pair < mtrrs.pairs; pair++) {
    if (isValid(mtrrs, pair) && agrees(mtrrs, pair, hi, lo, HALF_MASK - free)) reaching |= 1 << pair;
  }
  return typesBelow(mtrrs, free, reaching, 0, uncovered);
}

/**
 * Splits a block in two by one frame number bit at a time, and only by bits that a mask looks at.
 * @param free frame number bits that are not decided yet.
 * @param pairs pairs whose equation holds in all decided bits.
 * @param covering types of pairs that cover the whole block.
 * @param uncovered types of frames that no pair covers.
 */
function typesBelow(mtrrs: MtrrRegisters, free: number, pairs: PairSet, covering: TypeSet, uncovered: TypeSet): TypeSet {
  let types = covering;
  for (let left = pairs; left !== 0; left &= left - 1) {
    const pair = 31 - Math.clz32(left & -left);
    const type = setOf(typeOfPair(mtrrs, pair));
    // A pair adds nothing where its type, or UC, covers the block already.
    if ((types & (type | setOf(UC))) !== 0) continue;
    const looksAt = (mtrrs.maskLo[pair] >>> 12) & free;
    if (looksAt !== 0) return typesInHalves(mtrrs, free, left, types, uncovered, looksAt);
    types |= type;
  }
  return precedence(types, uncovered);
}

/** `typesBelow` of both halves by the highest bit of `looksAt`. */
function typesInHalves(
  mtrrs: MtrrRegisters,
  free: number,
  pairs: PairSet,
  covering: TypeSet,
  uncovered: TypeSet,
  looksAt: number,
): TypeSet {
  const bit = 1 << (31 - Math.clz32(looksAt));
  const below = typesBelow(mtrrs, free - bit, agreeing(mtrrs, pairs, bit, 0), covering, uncovered);
  return below | typesBelow(mtrrs, free - bit, agreeing(mtrrs, pairs, bit, bit), covering, uncovered);
}

/** Those of the pairs whose equation allows this value of one frame number bit. */
function agreeing(mtrrs: MtrrRegisters, pairs: PairSet, bit: number, value: number): PairSet {
  let kept = pairs;
  for (let left = pairs; left !== 0; left &= left - 1) {
    const pair = 31 - Math.clz32(left & -left);
    const mask = (mtrrs.maskLo[pair] >>> 12) & bit;
    if ((value & mask) !== ((mtrrs.baseLo[pair] >>> 12) & mask)) kept -= 1 << pair;
  }
  return kept;
}
