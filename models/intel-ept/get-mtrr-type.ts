import type { Gfn } from '../contract/address.js';
import { UC, WB, WT } from '../contract/memory-type.js';
import { FIXED_END, fixedIndex } from './fixed-range.js';
import { FIXED_RANGES, type GuestMtrr, VARIABLE_RANGES } from './guest-mtrr.js';
import { HONOURS_PAT, type LeafWord, leafWordOf, ruleNumberOf, typeOf } from './leaf-word.js';
import { RULE } from './rules.js';

/** No variable range has matched yet. */
const NO_TYPE = 0xff;

/**
 * The guest type of a page from 2.6.29-rc1 to 4.1. Types are bytes: without checks at WRMSR they can be any.
 * Linux v4.1 arch/x86/kvm/mmu.c, kvm_get_guest_memory_type(): "no type" and "page straddles a range" become WB.
 */
export function oldGuestMemoryType(mtrr: GuestMtrr, vcpu: number, gfn: Gfn): LeafWord {
  const word = getMtrrType(mtrr, vcpu, gfn);
  return typeOf(word) >= 0xfe ? leafWordOf(WB, HONOURS_PAT, ruleNumberOf(word)) : word;
}

/** get_mtrr_type(), statements in its order, for one page. */
function getMtrrType(mtrr: GuestMtrr, vcpu: number, gfn: Gfn): LeafWord {
  // MTRR is completely disabled: neither E nor FE.
  if ((mtrr.defTypeLo[vcpu] & 0xc00) === 0) return leafWordOf(NO_TYPE, HONOURS_PAT, RULE.oldDisabledWriteBack);
  // Whichever of the two enable bits is set.
  if (gfn < FIXED_END) return leafWordOf(mtrr.fixed[vcpu * FIXED_RANGES + fixedIndex(gfn)], HONOURS_PAT, RULE.oldFixed);
  if (!mtrr.isEnabled(vcpu)) return leafWordOf(mtrr.defaultType(vcpu), HONOURS_PAT, RULE.oldFixedOnlyDefault);
  return variableType(mtrr, vcpu, gfn);
}

function variableType(mtrr: GuestMtrr, vcpu: number, gfn: Gfn): LeafWord {
  let previous = NO_TYPE;
  let rule: number = RULE.oldSingleRange;
  for (let at = vcpu * VARIABLE_RANGES; at < (vcpu + 1) * VARIABLE_RANGES; at++) {
    if ((mtrr.maskLo[at] & 0x800) === 0 || !holds(mtrr, at, gfn)) continue;
    const current = mtrr.baseLo[at] & 0xff;
    if (previous === NO_TYPE) {
      previous = current;
      continue;
    }
    if (previous === UC || current === UC) {
      return leafWordOf(UC, HONOURS_PAT, previous === current ? RULE.oldSingleRange : RULE.oldUncachedWins);
    }
    if ((previous === WB && current === WT) || (previous === WT && current === WB)) {
      previous = WT;
      rule = RULE.oldWriteThroughUnderWriteBack;
    } else if (previous !== current) {
      return leafWordOf(UC, HONOURS_PAT, RULE.oldUnlikeTypesUncached);
    }
  }
  if (previous !== NO_TYPE) return leafWordOf(previous, HONOURS_PAT, rule);
  return leafWordOf(mtrr.defaultType(vcpu), HONOURS_PAT, RULE.oldDefault);
}

/** (start & mask) == (base & mask), all 64 bits: holes in the mask are honoured, bits above MAXPHYADDR compared. */
function holds(mtrr: GuestMtrr, at: number, gfn: Gfn): boolean {
  const addressHi = Math.floor(gfn / 2 ** 20);
  const addressLo = (gfn % 2 ** 20) << 12;
  const differLo = (addressLo ^ mtrr.baseLo[at]) & mtrr.maskLo[at] & ~0xfff;
  return differLo === 0 && ((addressHi ^ mtrr.baseHi[at]) & mtrr.maskHi[at]) === 0;
}
