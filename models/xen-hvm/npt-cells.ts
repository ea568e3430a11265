/** What nested paging makes of a guest PAT type, a nested (host PAT) type and a host MTRR type: the two tables of the APM, cell by cell. */
import { CD, UC, WB, WC, WC_PLUS, WP, WT } from '../contract/memory-type.js';
import { ENCODING, type MtrrName, type PatName } from './memory-type-tables.js';

/** WC+ is WC that probes caches. */
type CombinedName = PatName | 'WC+';
type EffectiveName = MtrrName | 'CD' | 'WC+';

/** AMD APM vol. 2, "Nested Paging": "Combining Guest and Host PAT Types". */
export const COMBINED: Readonly<Record<PatName, Readonly<Record<PatName, CombinedName>>>> = {
  // guest PAT: { host PAT: combined }
  UC: { UC: 'UC', 'UC-': 'UC', WC: 'UC', WP: 'UC', WT: 'UC', WB: 'UC' },
  'UC-': { UC: 'UC', 'UC-': 'UC-', WC: 'WC', WP: 'UC', WT: 'UC', WB: 'UC' },
  WC: { UC: 'WC', 'UC-': 'WC', WC: 'WC', WP: 'WC+', WT: 'WC+', WB: 'WC+' },
  WP: { UC: 'UC', 'UC-': 'UC', WC: 'UC', WP: 'WP', WT: 'UC', WB: 'WP' },
  WT: { UC: 'UC', 'UC-': 'UC', WC: 'UC', WP: 'UC', WT: 'WT', WB: 'WT' },
  WB: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WP: 'WP', WT: 'WT', WB: 'WB' },
};

/** AMD APM vol. 2, "Nested Paging": "Combining PAT and MTRR Types". */
export const EFFECTIVE: Readonly<Record<CombinedName, Readonly<Record<MtrrName, EffectiveName>>>> = {
  // combined: { host MTRR: effective }
  UC: { UC: 'UC', WC: 'CD', WP: 'CD', WT: 'CD', WB: 'CD' },
  'UC-': { UC: 'UC', WC: 'WC', WP: 'CD', WT: 'CD', WB: 'CD' },
  WC: { UC: 'WC', WC: 'WC', WP: 'WC', WT: 'WC', WB: 'WC' },
  'WC+': { UC: 'WC', WC: 'WC', WP: 'WC+', WT: 'WC+', WB: 'WC+' },
  WP: { UC: 'UC', WC: 'CD', WP: 'WP', WT: 'CD', WB: 'WP' },
  WT: { UC: 'UC', WC: 'CD', WP: 'CD', WT: 'WT', WB: 'WT' },
  WB: { UC: 'UC', WC: 'WC', WP: 'WP', WT: 'WT', WB: 'WB' },
};

/** The host PAT types that Xen's p2m entries select. */
const NESTED = ['WB', 'UC-', 'UC'] as const;
const GUEST = ['UC', 'UC-', 'WC', 'WP', 'WT', 'WB'] as const;
const MTRR = ['UC', 'WC', 'WP', 'WT', 'WB'] as const;

const EFFECTIVE_ENCODING: Readonly<Record<EffectiveName, number>> = { UC, WC, WT, WP, WB, CD, 'WC+': WC_PLUS };

export interface NptCell {
  readonly name: string;
  /** The guest PAT type is WB, as it is while CR0.PG=0. */
  readonly isWriteBack: boolean;
  /** The cell of the first table alone: what buckets of divergences tell apart. */
  readonly combination: string;
  readonly sentence: string;
  /** Index by types, see `nptIndex`. */
  readonly index: number;
  /** Encoding of the effective type. */
  readonly effective: number;
}

/** Index of a cell in tables by guest PAT type, nested type and host MTRR type. */
export function nptIndex(guest: number, nested: number, mtrr: number): number {
  return (guest << 6) | (nested << 3) | mtrr;
}
export const NPT_INDEXES = 512;

const word = (type: string): string => type.toLowerCase().replace('-', '-minus').replace('+', '-plus');

function cell(guest: PatName, nested: (typeof NESTED)[number], mtrr: MtrrName): NptCell {
  const combined = COMBINED[guest][nested];
  const effective = EFFECTIVE[combined][mtrr];
  return {
    name: `${word(guest)}-over-${word(nested)}-mtrr-${word(mtrr)}`,
    isWriteBack: guest === 'WB',
    combination: `${word(guest)}-over-${word(nested)}`,
    sentence: `Guest PAT ${guest} over a nested ${nested} entry combines to ${combined}, which is ${effective} where the host MTRR type is ${mtrr}.`,
    index: nptIndex(ENCODING[guest], ENCODING[nested], ENCODING[mtrr]),
    effective: EFFECTIVE_ENCODING[effective],
  };
}

/** Every cell that Xen can reach. */
export const NPT_CELLS: readonly NptCell[] = NESTED.flatMap((nested) =>
  GUEST.flatMap((guest) => MTRR.map((mtrr) => cell(guest, nested, mtrr))),
);
