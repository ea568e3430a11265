/** The tables a second time, transposed: columns of the source are rows here. */
import { COMBINE, MERGE, type MtrrName, type PatName } from '../../../models/xen-hvm/memory-type-tables.js';
import { COMBINED, EFFECTIVE, NPT_CELLS } from '../../../models/xen-hvm/npt-cells.js';
import { INVERSE, patFlags } from '../../../models/xen-hvm/shadow-cache-bits.js';

/** Reads lines `COLUMN | cells in the order of `rows``. */
function transposed(rows: readonly string[], text: string): Record<string, Record<string, string>> {
  const table: Record<string, Record<string, string>> = Object.fromEntries(rows.map((row) => [row, {}]));
  for (const line of text.trim().split('\n')) {
    const [column, ...cells] = line.trim().split(/[\s|]+/);
    for (const [index, row] of rows.entries()) if (cells[index] !== '.') table[row][column] = cells[index];
  }
  return table;
}

test('EPT type and guest PAT type combine as MTRR and PAT do on bare metal', () => {
  const rows = ['UC', 'WC', 'WT', 'WP', 'WB'];
  const table = `
    UC  | UC UC UC UC UC
    UC- | UC WC UC WC UC
    WC  | WC WC WC WC WC
    WT  | UC UC WT WT WT
    WP  | UC UC WP WP WP
    WB  | UC WC WT WP WB`;
  expect(COMBINE).toEqual(transposed(rows, table));
});

test('guest and host MTRR type merge into the stricter, whichever is which', () => {
  const rows = ['UC', 'WC', 'WT', 'WP', 'WB'];
  const table = `
    WB | UC WC WT WP WB
    WP | UC UC WP WP WP
    WT | UC UC WT WP WT
    WC | UC WC UC UC WC
    UC | UC UC UC UC UC`;
  expect(MERGE).toEqual(transposed(rows, table));
});

test('guest PAT and host PAT combine as in the APM', () => {
  const rows = ['UC', 'UC-', 'WC', 'WP', 'WT', 'WB'];
  const table = `
    UC  | UC UC WC UC UC UC
    UC- | UC UC- WC UC UC UC
    WC  | UC WC WC UC UC WC
    WP  | UC UC WC+ WP UC WP
    WT  | UC UC WC+ UC WT WT
    WB  | UC UC WC+ WP WT WB`;
  expect(COMBINED).toEqual(transposed(rows, table));
});

test('the combined type and the host MTRR type give the effective type as in the APM', () => {
  const rows = ['UC', 'UC-', 'WC', 'WC+', 'WP', 'WT', 'WB'];
  const table = `
    UC | UC UC WC WC UC UC UC
    WC | CD WC WC WC CD CD WC
    WP | CD CD WC WC+ WP CD WP
    WT | CD CD WC WC+ CD WT WT
    WB | CD CD WC WC+ WP WT WB`;
  expect(EFFECTIVE).toEqual(transposed(rows, table));
});

test('every cell that Xen can reach is a rule of its own', () => {
  expect(NPT_CELLS.length).toBe(90);
  expect(new Set(NPT_CELLS.map((cell) => cell.name)).size).toBe(90);
});

test('a shadow entry undoes the host MTRR as far as a PAT type can', () => {
  const rows = ['UC', 'WC', 'WT', 'WP', 'WB'];
  const table = `
    UC | UC- WP UC- UC UC-
    WC | WC UC- WC UC- WC
    WT | . . WB WT WT
    WP | . . WP WB WP
    WB | . . . . WB`;
  expect(INVERSE).toEqual(transposed(rows, table));
});

describe('get_pat_flags()', () => {
  const MTRR = ['UC', 'WC', 'WT', 'WP', 'WB'] as const;
  const PAT = ['UC', 'WC', 'WT', 'WP', 'WB', 'UC-'] as const;
  const ENCODING: Readonly<Record<PatName, number>> = { UC: 0, WC: 1, WT: 4, WP: 5, WB: 6, 'UC-': 7 };
  const nameOf = (encoding: number): PatName => PAT.find((name) => ENCODING[name] === encoding)!;
  const effective = (guestMtrr: MtrrName, guestPat: PatName, hostMtrr: MtrrName): MtrrName => {
    const shadowed = nameOf(patFlags(ENCODING[guestMtrr], ENCODING[guestPat], ENCODING[hostMtrr]));
    return COMBINE[hostMtrr][shadowed];
  };

  test('gives the guest what it asks for, or UC', () => {
    for (const guest of MTRR) {
      for (const pat of PAT) {
        for (const host of MTRR) {
          const wanted = COMBINE[guest][pat];
          expect(effective(guest, pat, host)).toBe(wanted in INVERSE[host] ? wanted : 'UC');
        }
      }
    }
  });

  test('makes direct MMIO WC where guest PAT says so, and UC elsewhere, for every host MTRR type', () => {
    for (const pat of PAT) for (const host of MTRR) expect(effective('UC', pat, host)).toBe(pat === 'WC' ? 'WC' : 'UC');
  });

  test('inverts with the highest-numbered PAT type that gives the wanted one', () => {
    const byNumber = [...PAT].sort((a, b) => ENCODING[b] - ENCODING[a]);
    for (const host of MTRR) {
      for (const wanted of MTRR) expect(INVERSE[host][wanted]).toBe(byNumber.find((pat) => COMBINE[host][pat] === wanted));
    }
  });
});
