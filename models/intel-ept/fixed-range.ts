import type { Gfn } from '../contract/address.js';
import { FIXED_RANGES, type GuestMtrr, VARIABLE_RANGES } from './guest-mtrr.js';
import { type LeafWord, HONOURS_PAT, leafWordOf } from './leaf-word.js';
import { RULE } from './rules.js';

/** First gfn above the fixed ranges: 1 MiB. */
export const FIXED_END = 0x100;
const SEGMENT_16K = 0x80;
const SEGMENT_4K = 0xc0;

/** Index into fixed[] for a frame below 1 MiB: 8 of 64 KiB, 16 of 16 KiB, 64 of 4 KiB. */
export function fixedIndex(gfn: Gfn): number {
  if (gfn < SEGMENT_16K) return gfn >> 4;
  if (gfn < SEGMENT_4K) return 8 + ((gfn - SEGMENT_16K) >> 2);
  return 24 + (gfn - SEGMENT_4K);
}

/** The gfn after the frames of fixed[index]. */
export function fixedEnd(index: number): Gfn {
  if (index < 8) return (index + 1) << 4;
  if (index < 24) return SEGMENT_16K + ((index - 7) << 2);
  return SEGMENT_4K + (index - 23);
}

/** No segment: the variable ranges decide as if FE were 0. */
export const NO_SEGMENT = -1;

/**
 * The type that 4.2 and 4.3 read for a frame below 1 MiB, or NO_SEGMENT. Their test `start >= addr && addr < end` finds the right
 * segment for its first byte only; elsewhere the index is relative to the next segment and may be negative. struct kvm_mtrr has
 * var_ranges[] before fixed_ranges[], 32 bytes each: base, mask, list node.
 * Linux v4.3 arch/x86/kvm/mtrr.c, fixed_mtrr_addr_to_seg() and fixed_mtrr_addr_seg_to_range_index(); corrected by a7f2d7865720.
 */
export function fixedTypeOfWrongSegment(mtrr: GuestMtrr, vcpu: number, gfn: Gfn): LeafWord {
  let index: number;
  if (gfn === 0) index = 0;
  else if (gfn <= SEGMENT_16K) index = 8 + ((gfn - SEGMENT_16K) >> 2);
  else if (gfn <= SEGMENT_4K) index = 24 + (gfn - SEGMENT_4K);
  else return NO_SEGMENT;
  if (index < 0) return byteBeforeFixed(mtrr, vcpu, -index);
  const rule = index === fixedIndex(gfn) ? RULE.fixed : RULE.wrongFixedSlot;
  return leafWordOf(mtrr.fixed[vcpu * FIXED_RANGES + index], HONOURS_PAT, rule);
}

/** The byte `distance` (1 to 39) before fixed_ranges[]. */
function byteBeforeFixed(mtrr: GuestMtrr, vcpu: number, distance: number): LeafWord {
  const pair = distance <= 32 ? 7 : 6;
  const at = vcpu * VARIABLE_RANGES + pair;
  const offset = 32 * (8 - pair) - distance;
  if (offset >= 16) return listNodeByte(mtrr.wasListed[at] === 1);
  const half = offset < 4 ? mtrr.baseLo : offset < 8 ? mtrr.baseHi : offset < 12 ? mtrr.maskLo : mtrr.maskHi;
  return leafWordOf((half[at] >>> (8 * (offset & 3))) & 0xff, HONOURS_PAT, RULE.fixedSlotInVariableRegister);
}

/** Pointers once the pair was listed: what they hold is the host's, so the byte stands for "no type known". */
function listNodeByte(wasListed: boolean): LeafWord {
  if (wasListed) return leafWordOf(0xff, HONOURS_PAT, RULE.fixedSlotInListNode);
  return leafWordOf(0, HONOURS_PAT, RULE.fixedSlotInUnusedListNode);
}
