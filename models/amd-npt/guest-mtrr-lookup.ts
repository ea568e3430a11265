/** The guest's MTRR type of a frame: Linux v4.2.8 arch/x86/kvm/mtrr.c, kvm_mtrr_get_guest_memory_type() and its mtrr_iter. */
import { UC, WB, WT } from '../contract/memory-type.js';
import { fixedSlot, HOST_MEMORY, isOwnSlot, NO_SEGMENT, slotByte } from './fixed-segment.js';
import type { GuestMtrrs } from './guest-mtrrs.js';
import { VARIABLE_PAIRS } from './mtrr-msr.js';
import { RULE } from './rules.js';

/** First frame that no fixed range covers: 1M. */
export const FIXED_END = 0x100;

/** A type and the rule it came by, as 256 * rule + type. */
export type LookedUp = number;
/** In place of the type: the source reads what is none of its types. */
export const UNKNOWN_TYPE = 0xff;

function found(type: number, rule: number): LookedUp {
  return 256 * rule + type;
}

export function guestMemoryType(mtrrs: GuestMtrrs, vcpu: number, gfn: number): LookedUp {
  if (!mtrrs.isEnabled(vcpu)) return found(UC, RULE.mtrrsDisabled);
  if (gfn < FIXED_END && mtrrs.fixedIsEnabled(vcpu)) {
    const slot = fixedSlot(gfn);
    if (slot !== NO_SEGMENT) return fixedType(slotByte(mtrrs, vcpu, slot), isOwnSlot(gfn));
  }
  return variableType(mtrrs, vcpu, gfn);
}

function fixedType(byte: number, isOwn: boolean): LookedUp {
  // Reserved types 2 and 3 pass: mtrr2protval has a zero for them. From 7 on the source does not say what is there.
  if (byte === HOST_MEMORY || byte >= 7) return found(UNKNOWN_TYPE, RULE.fixedRangeOutside);
  return found(byte, isOwn ? RULE.fixedRange : RULE.fixedRangeMisread);
}

function variableType(mtrrs: GuestMtrrs, vcpu: number, gfn: number): LookedUp {
  const { ranges } = mtrrs;
  const first = vcpu * VARIABLE_PAIRS;
  let type = -1;
  let rule = RULE.singleRange;
  for (let at = first; at < first + ranges.count[vcpu]; at++) {
    const pair = ranges.order[at];
    if (ranges.start[first + pair] > gfn || ranges.end[first + pair] <= gfn) continue;
    const current = ranges.type(vcpu, pair);
    if (type === -1) type = current;
    else if (type === current) continue;
    else if (current === UC) return found(UC, RULE.ucWins);
    else if ((type === WT || type === WB) && (current === WT || current === WB)) {
      type = WT;
      rule = RULE.wtUnderWb;
    } else return found(WB, RULE.listOrder);
  }
  return type === -1 ? found(mtrrs.defaultType(vcpu), RULE.defaultType) : found(type, rule);
}
