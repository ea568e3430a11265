/** The MTRR type of one 4 KiB page as the OS computes it. Linux arch/x86/kernel/cpu/mtrr/generic.c, mtrr_type_lookup(). */
import type { Gfn } from '../contract/address.js';
import { UC, WB, WT } from '../contract/memory-type.js';
import type { Behaviour } from './behaviour.js';
import type { MtrrState, VariablePair } from './mtrr-state.js';
import { RULE } from './rules.js';

/** A type, raw bits 7:0, and the rule that gave it. */
export interface Found {
  readonly type: number;
  readonly rule: number;
}

const FIRST_MIB = 0x100;
const FOUR_GIB = 0x100000;
const NOT_FOUND = -1;

export type LookUp = (gfn: Gfn) => Found;

/** No MTRRs, or MTRRs that are off: MTRR_TYPE_INVALID up to 6.4, MTRR_TYPE_UNCACHABLE later; neither is WB. */
export const UNUSED: LookUp = () => ({ type: UC, rule: RULE.lookUpUnused });

/** Linux: guest_force_mtrr_state(). @param from first frame of the UC hole below 4 GiB, or FOUR_GIB for none */
export function forced(from: number): LookUp {
  return (gfn) =>
    gfn >= from && gfn < FOUR_GIB ? { type: UC, rule: RULE.lookUpForcedHole } : { type: WB, rule: RULE.lookUpForced };
}

export function registerLookUp(state: MtrrState, variableRanges: Behaviour['variableRanges'], maxPhysAddr: number): LookUp {
  const matches = variableRanges === 'masks' ? matchesMask : matchesInterval;
  const valid = state.pairs.filter(({ mask }) => (mask.lo & 0x800) !== 0);
  return (gfn) => {
    if (gfn < FIRST_MIB && state.fixedEnabled && state.fixed.length > 0) return fixedType(state, gfn);
    if (gfn >= FOUR_GIB && gfn < state.topFrame) return { type: WB, rule: RULE.lookUpTopOfMemory };
    const found = merged(valid.filter((pair) => matches(pair, gfn, maxPhysAddr)));
    return found ?? { type: state.defaultType, rule: RULE.lookUpDefault };
  };
}

/** 64 KiB a byte, then 16 KiB, then 4 KiB. */
function fixedType({ fixed }: MtrrState, gfn: Gfn): Found {
  const byte = gfn < 0x80 ? gfn >> 4 : gfn < 0xc0 ? 8 + ((gfn - 0x80) >> 2) : 24 + (gfn - 0xc0);
  const { hi, lo } = fixed[byte >> 3];
  return { type: (((byte & 4) === 0 ? lo : hi) >>> (8 * (byte & 3))) & 0xff, rule: RULE.lookUpFixed };
}

/** Up to 6.4: (start & mask) == (base & mask). */
function matchesMask({ base, mask }: VariablePair, gfn: Gfn): boolean {
  const hi = Math.floor(gfn / 2 ** 20);
  const lo = (gfn % 2 ** 20) * 4096;
  const page = mask.lo & ~0xfff;
  return (hi & mask.hi) === (base.hi & mask.hi) && (lo & page) === (base.lo & page);
}

/** From 6.5 on: get_mtrr_size() takes the mask for a power of two less, with all bits above the width set. */
function matchesInterval({ base, mask }: VariablePair, gfn: Gfn, maxPhysAddr: number): boolean {
  const all = 2 ** (maxPhysAddr - 12);
  const first = frameOf(base);
  return gfn >= first && gfn < first + all - (frameOf(mask) % all);
}

function frameOf({ hi, lo }: VariablePair['base']): number {
  return hi * 2 ** 20 + (lo >>> 12);
}

/** check_type_overlap(), type_merge: UC wins, WT and WB make WT, what else differs makes UC. */
function merged(pairs: readonly VariablePair[]): Found | null {
  let type = NOT_FOUND;
  let rule: number = RULE.lookUpSingle;
  for (const { base } of pairs) {
    const next = base.lo & 0xff;
    if (type === NOT_FOUND) type = next;
    else if (type !== next) [type, rule] = overlap(type, next, rule);
  }
  return type === NOT_FOUND ? null : { type, rule };
}

function overlap(type: number, next: number, rule: number): [type: number, rule: number] {
  // What became UC by an earlier pair stays that pair's doing.
  if (type === UC && rule === RULE.lookUpMixed) return [UC, rule];
  if (type === UC || next === UC) return [UC, RULE.lookUpUncached];
  const isWriteThrough = (type === WT && next === WB) || (type === WB && next === WT);
  return isWriteThrough ? [WT, RULE.lookUpWriteThrough] : [UC, RULE.lookUpMixed];
}
