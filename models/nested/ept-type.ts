/** Intel SDM vol. 3, "Memory Type Used for Translated Guest-Physical Addresses": leaf type and PAT type, ipat clear. */
import { type EffectiveType, MEMORY_TYPE_NAMES } from '../contract/memory-type.js';

const PAT = ['UC', 'UC-', 'WC', 'WT', 'WP', 'WB'] as const;
/** By leaf type: on PAT UC, UC-, WC, WT, WP, WB. */
const EFFECTIVE: Readonly<Record<string, readonly string[]>> = {
  UC: ['UC', 'UC', 'WC', 'UC', 'UC', 'UC'],
  WC: ['UC', 'WC', 'WC', 'UC', 'UC', 'WC'],
  WT: ['UC', 'UC', 'WC', 'WT', 'WP', 'WT'],
  WP: ['UC', 'WC', 'WC', 'WT', 'WP', 'WP'],
  WB: ['UC', 'UC', 'WC', 'WT', 'WP', 'WB'],
};
const code = (name: string) => MEMORY_TYPE_NAMES.indexOf(name);
const COMPILED = new Map(
  Object.entries(EFFECTIVE).flatMap(([leaf, row]) =>
    row.map((type, pat) => [8 * code(leaf) + code(PAT[pat]), code(type)] as const),
  ),
);

export function eptType(leaf: number, pat: number): EffectiveType {
  return COMPILED.get(8 * leaf + pat) as EffectiveType;
}
