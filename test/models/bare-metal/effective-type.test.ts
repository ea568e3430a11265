/** The vendors' tables, typed a second time and transposed: a row per PAT type, a column per MTRR type. */
import { INTEL, AMD, Guest, type PatWord } from './guest.js';
import { accept, type MtrrWord, program } from './layout.js';

const COLUMNS: readonly MtrrWord[] = ['WB', 'WP', 'WT', 'WC', 'UC'];

const INTEL_BY_PAT: Readonly<Record<PatWord, string>> = {
  //     WB WP WT WC UC
  WB: ' WB WP WT WC UC',
  WP: ' WP WP WP UC UC',
  WT: ' WT WT WT UC UC',
  WC: ' WC WC WC WC WC',
  'UC-': 'UC WC UC WC UC',
  UC: ' UC UC UC UC UC',
};
const AMD_BY_PAT: Readonly<Record<PatWord, string>> = {
  //     WB WP WT WC UC
  WB: ' WB WP WT WC UC',
  WP: ' WP WP CD CD UC',
  WT: ' WT CD WT CD UC',
  WC: ' WC WC WC WC WC',
  'UC-': 'CD CD CD WC UC',
  UC: ' CD CD CD CD UC',
};

const id = (vendor: string, mtrr: string, pat: string): string =>
  `${vendor}-mtrr-${mtrr}-pat-${pat === 'UC-' ? 'UC-minus' : pat}`.toLowerCase();

describe.each([
  ['intel', INTEL, INTEL_BY_PAT],
  ['amd', AMD, AMD_BY_PAT],
] as const)('the effective type on %s', (vendor, profile, table) => {
  const cells = (Object.keys(table) as PatWord[]).flatMap((pat) =>
    COLUMNS.map((mtrr, column) => [pat, mtrr, table[pat].trim().split(' ')[column]] as const),
  );

  test('has 30 cells', () => expect(cells).toHaveLength(30));

  test.each(cells)('PAT %s over MTRR %s is %s, decided by its own cell', (pat, mtrr, effective) => {
    const guest = new Guest(profile);
    program(guest, [], mtrr);
    expect([guest.type(0x12345, pat), guest.rule(0x12345, pat)]).toEqual([effective, id(vendor, mtrr, pat)]);
  });
});

test('reading CD as UC, the vendors differ in three cells, and each needs an MTRR of WT or WP', () => {
  const different = COLUMNS.flatMap((mtrr) =>
    (Object.keys(INTEL_BY_PAT) as PatWord[])
      .filter((pat) => {
        const answers = [INTEL, AMD].map((profile) => {
          const guest = new Guest(profile);
          program(guest, [], mtrr);
          return guest.type(0x12345, pat).replace('CD', 'UC');
        });
        return answers[0] !== answers[1];
      })
      .map((pat) => `${mtrr} ${pat}`),
  );
  expect(different).toEqual(['WP WT', 'WP UC-', 'WT WP']);
});

describe('the PAT', () => {
  test('selects by index: after reset WB WT UC- UC twice over', () => {
    const guest = new Guest(AMD);
    accept(guest, 0x277, 0x0007040600070406n);
    program(guest, [], 'WC');
    const words: PatWord[] = ['UC', 'WC', 'WT', 'WP', 'WB', 'UC-'];
    // Indexes 0 to 5. A WC MTRR gives WC for WB and UC-, CD for WT and UC.
    expect(words.map((word) => guest.type(0x12345, word))).toEqual(['WC', 'CD', 'WC', 'CD', 'WC', 'CD']);
  });

  test('is a register of each vCPU', () => {
    const guest = new Guest(INTEL, { vcpus: 2 });
    guest.model.writeMsr(1, 0x2ff, 0, 0x806);
    program(guest, [], 'WB');
    expect([guest.type(0x12345, 'WP', 1, 0), guest.type(0x12345, 'WP', 1, 1)]).toEqual(['WP', 'UC']);
  });
});
