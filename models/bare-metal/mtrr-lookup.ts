/** The MTRR type of a frame. Intel SDM vol. 3, "MTRR Precedences"; AMD APM vol. 2, "MTRRs and Page Cache Controls". */
import type { Gfn } from '../contract/address.js';
import { UC, WB, WT } from '../contract/memory-type.js';
import { ENABLE, FIXED_ENABLE, type MtrrRegisters, VALID } from './mtrr-registers.js';
import {
  DEFAULT_TYPE,
  type Decider,
  DISABLED,
  FIXED_RANGE,
  NO_MTRRS,
  TOP_MEMORY_2,
  UC_RANGE_WINS,
  VARIABLE_RANGE,
  WT_RANGE_WINS,
} from './decider.js';
import { hasOneType, setOf, type TypeSet } from './type-set.js';

/** Frames below it can have a fixed range. */
export const FIRST_MEGABYTE = 0x100;
/** The frame at 4 GiB. */
const FOUR_GIGABYTES = 0x100000;
/** A frame number is two halves of 20 bits, as are the address bits 51:32 and 31:12 of a variable-range pair. */
const HALF = 0x100000;
export const HALF_MASK = HALF - 1;

export function upperHalf(gfn: Gfn): number {
  return (gfn / HALF) | 0;
}

export function lowerHalf(gfn: Gfn): number {
  return gfn & HALF_MASK;
}

/** Types of a frame and the decider that gave them, as 256 * decider + TypeSet. */
export type LookedUp = number;

export function deciderOf(found: LookedUp): Decider {
  return (found >> 8) as Decider;
}

export function typesOf(found: LookedUp): TypeSet {
  return found & 0xff;
}

/** One type, or those of an overlap that the architecture does not settle. */
export function lookUp(mtrrs: MtrrRegisters, gfn: Gfn): LookedUp {
  if (!mtrrs.present) return (NO_MTRRS << 8) | setOf(WB);
  // Disabled MTRRs make all memory UC, whatever the default type says.
  if ((mtrrs.defType & ENABLE) === 0) return (DISABLED << 8) | setOf(UC);
  if (gfn < FIRST_MEGABYTE && (mtrrs.defType & FIXED_ENABLE) !== 0) {
    return (FIXED_RANGE << 8) | setOf(mtrrs.fixed[fixedRange(gfn)]);
  }
  const covering = variableTypes(mtrrs, gfn);
  if (covering === 0 && isBelowTopMemory2(mtrrs, gfn)) return (TOP_MEMORY_2 << 8) | setOf(WB);
  return (variableDecider(covering) << 8) | precedence(covering, setOf(mtrrs.defType & 0xff));
}

/** Is the frame one that TOP_MEM2 makes WB where no variable range covers it? */
export function isBelowTopMemory2(mtrrs: MtrrRegisters, gfn: Gfn): boolean {
  return gfn >= FOUR_GIGABYTES && gfn < mtrrs.topMemory2;
}

export function typesAt(mtrrs: MtrrRegisters, gfn: Gfn): TypeSet {
  return typesOf(lookUp(mtrrs, gfn));
}

function variableDecider(covering: TypeSet): Decider {
  if (covering === 0) return DEFAULT_TYPE;
  if (hasOneType(covering)) return VARIABLE_RANGE;
  return (covering & setOf(UC)) !== 0 ? UC_RANGE_WINS : WT_RANGE_WINS;
}

/** Index in `MtrrRegisters.fixed` of the range that holds a frame of the first megabyte. */
export function fixedRange(gfn: Gfn): number {
  if (gfn < 0x80) return gfn >> 4;
  if (gfn < 0xc0) return 8 + ((gfn - 0x80) >> 2);
  return 24 + (gfn - 0xc0);
}

/** Does a valid pair cover the frame? */
export function covers(mtrrs: MtrrRegisters, pair: number, gfn: Gfn): boolean {
  return isValid(mtrrs, pair) && agrees(mtrrs, pair, upperHalf(gfn), lowerHalf(gfn), HALF_MASK);
}

/** Types of all valid pairs for which address AND mask = base AND mask. A mask with holes just repeats its range. */
function variableTypes(mtrrs: MtrrRegisters, gfn: Gfn): TypeSet {
  const hi = upperHalf(gfn);
  const lo = lowerHalf(gfn);
  let types = 0;
  for (let pair = 0; pair < mtrrs.pairs; pair++) {
    if (isValid(mtrrs, pair) && agrees(mtrrs, pair, hi, lo, HALF_MASK)) types |= setOf(typeOfPair(mtrrs, pair));
  }
  return types;
}

/** What stands when variable ranges of these types cover a frame. @param uncovered what does where none covers it */
export function precedence(covering: TypeSet, uncovered: TypeSet): TypeSet {
  if (covering === 0) return uncovered;
  if ((covering & setOf(UC)) !== 0) return setOf(UC);
  if (covering === (setOf(WT) | setOf(WB))) return setOf(WT);
  return covering;
}

export function isValid(mtrrs: MtrrRegisters, pair: number): boolean {
  return (mtrrs.maskLo[pair] & VALID) !== 0;
}

export function typeOfPair(mtrrs: MtrrRegisters, pair: number): number {
  return mtrrs.baseLo[pair] & 0xff;
}

/** Does the pair's equation hold in the upper half of the frame number and in those bits of the lower half that are `known`? */
export function agrees(mtrrs: MtrrRegisters, pair: number, hi: number, lo: number, known: number): boolean {
  const mask = (mtrrs.maskLo[pair] >>> 12) & known;
  return (
    (lo & mask) === ((mtrrs.baseLo[pair] >>> 12) & mask) && (hi & mtrrs.maskHi[pair]) === (mtrrs.baseHi[pair] & mtrrs.maskHi[pair])
  );
}
