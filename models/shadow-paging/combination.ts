/** How the processor combines an MTRR type with a PAT type. The shadow entry is an ordinary page-table entry to it. */
import type { MemoryTypeName } from '../contract/memory-type.js';

export type MtrrTypeName = 'UC' | 'WC' | 'WT' | 'WP' | 'WB';
export type PatTypeName = MtrrTypeName | 'UC-';
type EffectiveTypeName = Exclude<MemoryTypeName, 'UC-' | 'WC+'>;

/** Effective type by MTRR type of the host physical address, then by the type of the selected PAT entry. */
export type Combination = Readonly<Record<MtrrTypeName, Readonly<Record<PatTypeName, EffectiveTypeName>>>>;

/** Rows and columns in the order of both manuals. */
export const MTRR_TYPES: readonly MtrrTypeName[] = ['UC', 'WC', 'WT', 'WP', 'WB'];
export const PAT_TYPES: readonly PatTypeName[] = ['UC', 'UC-', 'WC', 'WT', 'WP', 'WB'];

/** Intel SDM vol. 3, "Selecting Memory Types for Pentium III and More Recent Processor Families". */
export const INTEL: Combination = {
  // MTRR: { PAT: effective }
  UC: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WT: 'UC', WP: 'UC', WB: 'UC' },
  WC: { UC: 'UC', 'UC-': 'WC', WC: 'WC', WT: 'UC', WP: 'UC', WB: 'WC' },
  WT: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WT: 'WT', WP: 'WP', WB: 'WT' },
  WP: { UC: 'UC', 'UC-': 'WC', WC: 'WC', WT: 'WT', WP: 'WP', WB: 'WP' },
  WB: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WT: 'WT', WP: 'WP', WB: 'WB' },
};

/** AMD APM vol. 2, "Combined Effect of MTRRs and PAT". */
export const AMD: Combination = {
  // MTRR: { PAT: effective }
  UC: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WT: 'UC', WP: 'UC', WB: 'UC' },
  WC: { UC: 'CD', 'UC-': 'WC', WC: 'WC', WT: 'CD', WP: 'CD', WB: 'WC' },
  WT: { UC: 'CD', 'UC-': 'CD', WC: 'WC', WT: 'WT', WP: 'CD', WB: 'WT' },
  WP: { UC: 'CD', 'UC-': 'CD', WC: 'WC', WT: 'CD', WP: 'WP', WB: 'WP' },
  WB: { UC: 'CD', 'UC-': 'CD', WC: 'WC', WT: 'WT', WP: 'WP', WB: 'WB' },
};
