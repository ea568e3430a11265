/** What AMD's nested paging makes of a leaf that is WB: KVM leaves PAT, PCD and PWT of its leaves 0, and entry 0 of the host's PAT is WB. */
import { type EffectiveType, MEMORY_TYPE_NAMES } from '../contract/memory-type.js';

/** AMD APM vol. 2, "Combining Memory Types, MTRRs": the column of nested type WB. */
const UNDER_WB = { UC: 'UC', 'UC-': 'UC', WC: 'WC+', WT: 'WT', WP: 'WP', WB: 'WB' } as const;

/** The same place: the combined type on memory of an MTRR type; rows are MTRR types, as the columns of the manual. */
const ON_MEMORY = {
  UC: { UC: 'UC', 'WC+': 'WC', WT: 'UC', WP: 'UC', WB: 'UC' },
  WC: { UC: 'CD', 'WC+': 'WC', WT: 'CD', WP: 'CD', WB: 'WC' },
  WT: { UC: 'CD', 'WC+': 'WC+', WT: 'WT', WP: 'CD', WB: 'WT' },
  WP: { UC: 'CD', 'WC+': 'WC+', WT: 'CD', WP: 'WP', WB: 'WP' },
  WB: { UC: 'CD', 'WC+': 'WC+', WT: 'WT', WP: 'WP', WB: 'WB' },
} as const;

const COMPILED = compile();

function compile(): Uint8Array {
  const code = (name: string) => MEMORY_TYPE_NAMES.indexOf(name);
  const table = new Uint8Array(64);
  for (const [mtrr, row] of Object.entries(ON_MEMORY))
    for (const [pat, combined] of Object.entries(UNDER_WB)) table[8 * code(mtrr) + code(pat)] = code(row[combined]);
  return table;
}

/** @param pat a type that PAT encodes @param mtrr host MTRR type of the page */
export function typeThroughWriteBackLeaf(pat: number, mtrr: number): EffectiveType {
  return COMPILED[8 * mtrr + pat] as EffectiveType;
}
