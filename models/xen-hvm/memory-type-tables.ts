/** How two memory types make one: the tables of Xen and of the hardware below it. Types are encoded as in MTRRs and PAT. */
import { UC, UC_MINUS, WB, WC, WP, WT } from '../contract/memory-type.js';

export type MtrrName = 'UC' | 'WC' | 'WT' | 'WP' | 'WB';
export type PatName = MtrrName | 'UC-';
/** Names with their encodings, for compiling a table. */
export const ENCODING: Readonly<Record<PatName, number>> = { UC, WC, WT, WP, WB, 'UC-': UC_MINUS };

type Table<Row extends string, Column extends string, Cell> = Readonly<Record<Row, Readonly<Record<Column, Cell>>>>;

/**
 * Intel SDM vol. 3, "Selecting Memory Types for Pentium III and More Recent Processor Families". Under EPT the type of the leaf stands in for the
 * MTRR type ("Memory Type Used for Translated Guest-Physical Addresses"). Xen's `mm_type_tbl` says the same.
 */
export const COMBINE: Table<MtrrName, PatName, MtrrName> = {
  // MTRR or EPT: { PAT: effective }
  UC: { UC: 'UC', WC: 'WC', WT: 'UC', WP: 'UC', WB: 'UC', 'UC-': 'UC' },
  WC: { UC: 'UC', WC: 'WC', WT: 'UC', WP: 'UC', WB: 'WC', 'UC-': 'WC' },
  WT: { UC: 'UC', WC: 'WC', WT: 'WT', WP: 'WP', WB: 'WT', 'UC-': 'UC' },
  WP: { UC: 'UC', WC: 'WC', WT: 'WT', WP: 'WP', WB: 'WP', 'UC-': 'WC' },
  WB: { UC: 'UC', WC: 'WC', WT: 'WT', WP: 'WP', WB: 'WB', 'UC-': 'UC' },
};

/** Xen xen/arch/x86/mm/p2m-ept.c, epte_get_entry_emt(): guest MTRR type with host MTRR type, since b99113b9d5. */
export const MERGE: Table<MtrrName, MtrrName, MtrrName> = {
  // guest: { host: merged }
  UC: { UC: 'UC', WC: 'UC', WT: 'UC', WP: 'UC', WB: 'UC' },
  WC: { UC: 'UC', WC: 'WC', WT: 'UC', WP: 'UC', WB: 'WC' },
  WT: { UC: 'UC', WC: 'UC', WT: 'WT', WP: 'WP', WB: 'WT' },
  WP: { UC: 'UC', WC: 'UC', WT: 'WP', WP: 'WP', WB: 'WP' },
  WB: { UC: 'UC', WC: 'WC', WT: 'WT', WP: 'WP', WB: 'WB' },
};

/** Compiled for the hot path: `[row << 3 | column]`. */
export function compiled(table: Table<string, string, PatName>): Uint8Array {
  const cells = new Uint8Array(64);
  for (const [row, columns] of Object.entries(table)) {
    for (const [column, cell] of Object.entries(columns)) {
      cells[(ENCODING[row as PatName] << 3) | ENCODING[column as PatName]] = ENCODING[cell];
    }
  }
  return cells;
}
