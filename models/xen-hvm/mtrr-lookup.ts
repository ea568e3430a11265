/** The memory type that a vCPU's MTRRs give a page or superpage, with the rule that says how. */
import { UC, WB, WT } from '../contract/memory-type.js';
import { ENABLED, FIXED_ENABLED, type MtrrState } from './mtrr-state.js';
import { RULE } from './rules.js';

/** `INVALID_MEM_TYPE` or -1 in Xen: the superpage is not uniform and has to be split. */
export const SPLIT = 7;

/** A type, or SPLIT, in bits 2:0; the rule above them. */
export type TypeByRule = number;
const byRule = (type: number, rule: number): TypeByRule => type | (rule << 3);

/** First frame above the fixed ranges, and where the 16K and the 4K ranges begin. */
const FIXED_END = 0x100;
const FIXED_16K = 0x80;
const FIXED_4K = 0xc0;

const GUEST_DISABLED = byRule(UC, RULE.guestMtrrsDisabled);

/**
 * Xen xen/arch/x86/hvm/mtrr.c, `mtrr_get_type()` (`get_mtrr_type()` before ed464d4e8a). Statements in its order, but for `overlapped`, which
 * only saves it looking at the rest of the pairs.
 * @param gfn first frame of the page.
 * @param order log2 of its frames: 0, 9 or 18.
 */
export function mtrrType(m: MtrrState, gfn: number, order: number): TypeByRule {
  if ((m.defType & ENABLED) === 0) return GUEST_DISABLED;
  if (gfn < FIXED_END && (m.defType & FIXED_ENABLED) !== 0) {
    // A fixed range is at most 64K: order 4.
    return order > 0 ? SPLIT : byRule(fixedType(m, gfn), RULE.fixedRange);
  }
  return variableType(m, gfn, order);
}

function fixedType(m: MtrrState, gfn: number): number {
  let index = 0;
  if (gfn < FIXED_16K) index = gfn >> 4;
  else if (gfn < FIXED_4K) index = 8 + ((gfn - FIXED_16K) >> 2);
  else index = 24 + (gfn - FIXED_4K);
  return (m.fixed[index >> 2] >> ((index & 3) << 3)) & 0xff;
}

function variableType(m: MtrrState, gfn: number, order: number): TypeByRule {
  // Halves of the address. A superpage is matched by the mask bits above it alone, so that a range inside it counts.
  const addressLo = gfn << 12;
  const addressHi = (gfn / 0x100000) | 0;
  const pageMask = -1 << (12 + order);
  let types = 0;
  let hits = 0;
  let last = 0;
  let isCovered = false;
  for (let rest = m.validPairs; rest !== 0; rest &= rest - 1) {
    const at = (31 - Math.clz32(rest & -rest)) << 2;
    const maskLo = m.variable[at + 2];
    const differsLo = (addressLo ^ m.variable[at]) & maskLo & pageMask;
    if ((differsLo | ((addressHi ^ m.variable[at + 1]) & m.variable[at + 3])) !== 0) continue;
    last = m.variable[at] & 0xff;
    types |= 1 << last;
    hits++;
    if ((maskLo & ~pageMask & ~0xfff) === 0) isCovered = true;
  }
  if (hits === 0) return byRule(m.defType & 0xff, RULE.defaultType);
  if ((types & (types - 1)) === 0) {
    if (!isCovered) return byRule(last, RULE.superpageTouchedByRange);
    return byRule(last, hits === 1 ? RULE.variableRange : RULE.variableRangesAgree);
  }
  return order > 0 ? SPLIT : conflictingTypes(types, last);
}

/** Ranges of several types match one 4K page: bit t of `types` for type t. */
function conflictingTypes(types: number, last: number): TypeByRule {
  if ((types & (1 << UC)) !== 0) return byRule(UC, RULE.ucWins);
  if (types === ((1 << WT) | (1 << WB))) return byRule(WT, RULE.wtUnderWb);
  return byRule(last, RULE.lastRegisterWins);
}
