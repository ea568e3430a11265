/** The registers that give a frame its MTRR type, in words: `MTRRphysBase1 (UC) over MTRRphysBase0 (WB)`. */
import type { Gfn } from '../contract/address.js';
import { MEMORY_TYPE_NAMES, UC, WT } from '../contract/memory-type.js';
import { FIX16K_80000, FIX4K_C0000, FIX64K_00000, msrName, PHYSBASE0 } from '../contract/msr.js';
import { DEFAULT_TYPE, DISABLED, FIXED_RANGE, NO_MTRRS, TOP_MEMORY_2 } from './decider.js';
import { covers, deciderOf, fixedRange, lookUp, typeOfPair } from './mtrr-lookup.js';
import type { MtrrRegisters } from './mtrr-registers.js';

/** Null: the processor has none. */
export function decidingRegisters(mtrrs: MtrrRegisters, gfn: Gfn): string | null {
  const decider = deciderOf(lookUp(mtrrs, gfn));
  if (decider === NO_MTRRS) return null;
  if (decider === DISABLED) return 'MTRRdefType (E=0)';
  if (decider === FIXED_RANGE) return fixedText(mtrrs, fixedRange(gfn));
  if (decider === TOP_MEMORY_2) return 'TOP_MEM2 (WB)';
  if (decider === DEFAULT_TYPE) return withType('MTRRdefType', mtrrs.defType & 0xff);
  return variableText(mtrrs, gfn);
}

function withType(register: string, type: number): string {
  return `${register} (${MEMORY_TYPE_NAMES[type]})`;
}

/** @param index 8 of 64K, 16 of 16K, 64 of 4K */
function fixedText(mtrrs: MtrrRegisters, index: number): string {
  const msr = index < 8 ? FIX64K_00000 : index < 24 ? FIX16K_80000 + ((index - 8) >> 3) : FIX4K_C0000 + ((index - 24) >> 3);
  return withType(`${msrName(msr)} byte ${index % 8}`, mtrrs.fixed[index]);
}

/** All that cover the frame, those whose type wins first: UC, then WT over WB. */
function variableText(mtrrs: MtrrRegisters, gfn: Gfn): string {
  const rank = (pair: number) => [UC, WT].indexOf(typeOfPair(mtrrs, pair) as typeof UC) >>> 0;
  const pairs = Array.from({ length: mtrrs.pairs }, (_, pair) => pair).filter((pair) => covers(mtrrs, pair, gfn));
  const ranked = pairs.sort((a, b) => rank(a) - rank(b) || a - b);
  const winning = ranked.filter((pair) => rank(pair) === rank(ranked[0]));
  const names = (some: readonly number[]) =>
    some.map((pair) => withType(msrName(PHYSBASE0 + 2 * pair) ?? '', typeOfPair(mtrrs, pair))).join(' and ');
  const rest = ranked.slice(winning.length);
  return rest.length === 0 ? names(winning) : `${names(winning)} over ${names(rest)}`;
}
