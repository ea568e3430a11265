/**
 * The memory type of an access under nested paging, where every nested leaf has PAT=PCD=PWT=0, so that it selects entry 0 of the host
 * PAT, which Linux keeps WB (`svm_get_mt_mask()` was 0, and went). AMD64 APM vol. 2, "Combining Memory Types, MTRRs".
 */
import { CD, type EffectiveType, UC, UC_MINUS, WB, WC, WC_PLUS, WP, WT } from '../contract/memory-type.js';

type GuestPat = 'UC' | 'UC-' | 'WC' | 'WP' | 'WT' | 'WB';
type Combined = 'UC' | 'UC-' | 'WC' | 'WC+' | 'WP' | 'WT' | 'WB';
type HostMtrr = 'UC' | 'WC' | 'WP' | 'WT' | 'WB';
type Effective = Combined | 'CD';

/** Table "Combining Guest and Host PAT Types": guest PAT: { host PAT: combined }. */
const GUEST_AND_HOST_PAT: Readonly<Record<GuestPat, Readonly<Record<GuestPat, Combined>>>> = {
  UC: { UC: 'UC', 'UC-': 'UC', WC: 'UC', WP: 'UC', WT: 'UC', WB: 'UC' },
  'UC-': { UC: 'UC', 'UC-': 'UC-', WC: 'WC', WP: 'UC', WT: 'UC', WB: 'UC' },
  WC: { UC: 'WC', 'UC-': 'WC', WC: 'WC', WP: 'WC+', WT: 'WC+', WB: 'WC+' },
  WP: { UC: 'UC', 'UC-': 'UC', WC: 'UC', WP: 'WP', WT: 'UC', WB: 'WP' },
  WT: { UC: 'UC', 'UC-': 'UC', WC: 'UC', WP: 'UC', WT: 'WT', WB: 'WT' },
  WB: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WP: 'WP', WT: 'WT', WB: 'WB' },
};

/** Table "Combining PAT and MTRR Types": combined PAT: { host MTRR: effective }. */
const PAT_AND_MTRR: Readonly<Record<Combined, Readonly<Record<HostMtrr, Effective>>>> = {
  UC: { UC: 'UC', WC: 'CD', WP: 'CD', WT: 'CD', WB: 'CD' },
  'UC-': { UC: 'UC', WC: 'WC', WP: 'CD', WT: 'CD', WB: 'CD' },
  WC: { UC: 'WC', WC: 'WC', WP: 'WC', WT: 'WC', WB: 'WC' },
  'WC+': { UC: 'WC', WC: 'WC', WP: 'WC+', WT: 'WC+', WB: 'WC+' },
  WP: { UC: 'UC', WC: 'CD', WP: 'WP', WT: 'CD', WB: 'WP' },
  WT: { UC: 'UC', WC: 'CD', WP: 'CD', WT: 'WT', WB: 'WT' },
  WB: { UC: 'UC', WC: 'WC', WP: 'WP', WT: 'WT', WB: 'WB' },
};

const GUEST_PATS: readonly GuestPat[] = ['UC', 'UC-', 'WC', 'WP', 'WT', 'WB'];
const HOST_MTRRS: readonly HostMtrr[] = ['UC', 'WC', 'WP', 'WT', 'WB'];
const NUMBER: Readonly<Record<GuestPat | Effective, number>> = {
  UC,
  'UC-': UC_MINUS,
  WC,
  WT,
  WP,
  WB,
  CD,
  'WC+': WC_PLUS,
};

export interface NestedCell {
  readonly guest: GuestPat;
  readonly mtrr: HostMtrr;
  readonly effective: Effective;
}

/** What each guest PAT type and host MTRR type give under a nested WB entry, row after row. */
export const NESTED_CELLS: readonly NestedCell[] = GUEST_PATS.flatMap((guest) =>
  HOST_MTRRS.map((mtrr) => ({ guest, mtrr, effective: PAT_AND_MTRR[GUEST_AND_HOST_PAT[guest].WB][mtrr] })),
);

/** Index of the cell by 8 * guest PAT type + host MTRR type. */
const CELL_INDEX = new Uint8Array(64);
const CELL_TYPE = new Uint8Array(NESTED_CELLS.length);
for (const [index, cell] of NESTED_CELLS.entries()) {
  CELL_INDEX[8 * NUMBER[cell.guest] + NUMBER[cell.mtrr]] = index;
  CELL_TYPE[index] = NUMBER[cell.effective];
}

/** Which cell decides; both types as MTRRs and PATs encode them. */
export function nestedCell(guestPat: number, hostMtrr: number): number {
  return CELL_INDEX[8 * guestPat + hostMtrr];
}

/** The effective type of a cell. */
export function cellType(cell: number): EffectiveType {
  return CELL_TYPE[cell] as EffectiveType;
}
