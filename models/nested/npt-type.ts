/** AMD APM vol. 2, "Combining Memory Types, MTRRs", for the nested types that leaves of Xen have: WB, UC-, UC. */
import { type EffectiveType, MEMORY_TYPE_NAMES } from '../contract/memory-type.js';

/** By nested type: what it makes of guest UC, UC-, WC, WP, WT, WB. */
const GUEST = ['UC', 'UC-', 'WC', 'WP', 'WT', 'WB'] as const;
const COMBINED = {
  WB: ['UC', 'UC', 'WC+', 'WP', 'WT', 'WB'],
  'UC-': ['UC', 'UC-', 'WC', 'UC', 'UC', 'UC'],
  UC: ['UC', 'UC', 'WC', 'UC', 'UC', 'UC'],
} as const;

/** By combined type: on MTRR UC, WC, WP, WT, WB. */
const MTRR = ['UC', 'WC', 'WP', 'WT', 'WB'] as const;
const EFFECTIVE = {
  UC: ['UC', 'CD', 'CD', 'CD', 'CD'],
  'UC-': ['UC', 'WC', 'CD', 'CD', 'CD'],
  WC: ['WC', 'WC', 'WC', 'WC', 'WC'],
  'WC+': ['WC', 'WC', 'WC+', 'WC+', 'WC+'],
  WP: ['UC', 'CD', 'WP', 'CD', 'WP'],
  WT: ['UC', 'CD', 'CD', 'WT', 'WT'],
  WB: ['UC', 'WC', 'WP', 'WT', 'WB'],
} as const;

const code = (name: string) => MEMORY_TYPE_NAMES.indexOf(name);
/** At 64 * nested + 8 * guest + MTRR. */
const COMPILED = new Uint8Array(512);
for (const [nested, row] of Object.entries(COMBINED))
  row.forEach((combined, guest) => {
    EFFECTIVE[combined].forEach((type, mtrr) => {
      COMPILED[64 * code(nested) + 8 * code(GUEST[guest]) + code(MTRR[mtrr])] = code(type);
    });
  });

export function nptType(guest: number, nested: number, mtrr: number): EffectiveType {
  return COMPILED[64 * nested + 8 * guest + mtrr] as EffectiveType;
}
