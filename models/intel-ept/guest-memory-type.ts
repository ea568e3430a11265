import type { Gfn } from '../contract/address.js';
import { UC, WB, WT } from '../contract/memory-type.js';
import { FIXED_END, fixedIndex, fixedTypeOfWrongSegment, NO_SEGMENT } from './fixed-range.js';
import { FIXED_RANGES, type GuestMtrr, VARIABLE_RANGES } from './guest-mtrr.js';
import { HONOURS_PAT, type LeafWord, leafWordOf } from './leaf-word.js';
import { RULE } from './rules.js';

const NO_TYPE = -1;

/**
 * The guest type of a page from 4.2 to 6.10, statements in the source's order.
 * Linux v6.6 arch/x86/kvm/mtrr.c, kvm_mtrr_get_guest_memory_type() over mtrr_for_each_mem_type().
 */
export function guestMemoryType(mtrr: GuestMtrr, vcpu: number, gfn: Gfn): LeafWord {
  if (!mtrr.isEnabled(vcpu)) return disabledType(mtrr);
  if (gfn < FIXED_END && mtrr.isFixedEnabled(vcpu)) {
    const type = fixedType(mtrr, vcpu, gfn);
    if (type !== NO_SEGMENT) return type;
  }
  return variableType(mtrr, vcpu, gfn);
}

/** mtrr_disabled_type(): a guest whose CPUID has no MTRRs cannot enable them, and must not run uncached for it. */
function disabledType(mtrr: GuestMtrr): LeafWord {
  const choice = mtrr.version.disabledMtrrs;
  if (choice === 'WB') return leafWordOf(WB, HONOURS_PAT, RULE.disabledPerVm);
  if (choice === 'cpuid' && !mtrr.inCpuid) return leafWordOf(WB, HONOURS_PAT, RULE.disabledWithoutCpuid);
  return leafWordOf(UC, HONOURS_PAT, RULE.disabledUncached);
}

/** mtrr_lookup_fixed_start(): the page lies in one fixed range, so the look-up ends with it. */
function fixedType(mtrr: GuestMtrr, vcpu: number, gfn: Gfn): LeafWord {
  if (mtrr.version.picksWrongFixedSegment) return fixedTypeOfWrongSegment(mtrr, vcpu, gfn);
  return leafWordOf(mtrr.fixed[vcpu * FIXED_RANGES + fixedIndex(gfn)], HONOURS_PAT, RULE.fixed);
}

/** The ranges that hold the page, in list order: highest base first. */
function variableType(mtrr: GuestMtrr, vcpu: number, gfn: Gfn): LeafWord {
  const first = vcpu * VARIABLE_RANGES;
  const length = mtrr.listLength[vcpu];
  let type = NO_TYPE;
  let rule: number = RULE.singleRange;
  for (let i = 0; i < length; i++) {
    const at = first + mtrr.list[first + i];
    if (mtrr.start[at] > gfn || mtrr.end[at] <= gfn) continue;
    const current = mtrr.baseLo[at] & 0xff;
    if (type === NO_TYPE) {
      type = current;
      continue;
    }
    // If two or more variable memory ranges match and the memory types are identical, then that memory type is used.
    if (type === current) continue;
    // If two or more variable memory ranges match and one of the memory types is UC, the UC memory type used.
    if (current === UC) return leafWordOf(UC, HONOURS_PAT, RULE.uncachedWins);
    // ... the memory types are WT and WB, the WT memory type is used.
    if (isWriteBackOrThrough(type) && isWriteBackOrThrough(current)) {
      type = WT;
      rule = RULE.writeThroughUnderWriteBack;
      continue;
    }
    // For overlaps not defined by the above rules, processor behavior is undefined. `type` UC ends here too.
    return leafWordOf(WB, HONOURS_PAT, type === UC ? RULE.firstUncachedLoses : RULE.unlikeTypesWriteBack);
  }
  if (type === NO_TYPE) return leafWordOf(mtrr.defaultType(vcpu), HONOURS_PAT, RULE.defaultType);
  return leafWordOf(type, HONOURS_PAT, rule);
}

function isWriteBackOrThrough(type: number): boolean {
  return type === WB || type === WT;
}
