import {
  divergenceRank,
  memtypeSeverity,
  rankOf,
  SEVERITIES,
  type Severity,
  worse,
  WORST_TOLERABLE,
} from '../../../harness/classify/severity.js';
import { CD, type EffectiveType, UC, WB, WC, WC_PLUS, WP, WT } from '../../../models/contract/memory-type.js';
import {
  GP,
  leafWord,
  memoryFault,
  MMIO,
  OK,
  plain,
  PRIVATE,
  SHARED,
  typed,
  typedPage,
} from '../../../models/contract/observation.js';

/** What each letter of the tables stands for; lower case is conditional and one class down. */
const LETTERS: Readonly<Record<string, Severity>> = {
  X: 'machine-check',
  C: 'coherence',
  c: 'ordering',
  O: 'ordering',
  o: 'write-semantics',
  S: 'write-semantics',
  s: 'architectural',
  P: 'performance',
  '=': 'none',
};

const EXPECTED = { UC, WC, WT, WP, WB } as const;
type Name = keyof typeof EXPECTED;

/** Typed from the remapping rules the other way round: rows what was got, columns what was expected; one table a kind of memory. */
const TABLES: readonly (readonly [memory: string, frame: 0 | 1 | 2, table: string])[] = [
  [
    'RAM that all agents share coherently',
    0,
    `got  UC  WC  WT  WP  WB
     UC   .   P   P   P   P
     WC   o   .   O   O   OC
     WT   =   =   .   s   P
     WP   =   =   P   .   P
     WB   =o  =   =   s   .`,
  ],
  [
    'RAM that a device which does not snoop shares',
    1,
    `got  UC  WC  WT  WP  WB
     UC   .   P   P   P   P
     WC   OC  .   OC  O   OC
     WT   C   C   .   c   P
     WP   C   C   P   .   P
     WB   C   C   C   C   .`,
  ],
  [
    'device memory',
    2,
    `got  UC  WC  WT  WP  WB
     UC   .   P   P   P   P
     WC   OX  .   O   OS  O
     WT   XC  XC  .   S   P
     WP   XC  XC  s   .   P
     WB   XC  XC  C   SC  .`,
  ],
];

const cells = TABLES.flatMap(([memory, frame, table]) => {
  const [header, ...rows] = table.split('\n').map((line) => line.trim().split(/\s+/));
  return rows.flatMap(([got, ...letters]) =>
    letters.map((cell, column) => ({ memory, frame, expected: header[column + 1] as Name, got: got as Name, cell })),
  );
});
const pairs = cells.filter(({ cell }) => cell !== '.');

const worst = (letters: string) => SEVERITIES[Math.min(...[...letters].map((letter) => SEVERITIES.indexOf(LETTERS[letter])))];

describe('The severity of a memory type where another was expected', () => {
  test('is known of all 20 pairs of types on three kinds of memory', () => expect(pairs).toHaveLength(60));

  test.each(pairs)('$expected -> $got on $memory is $cell', ({ expected, got, frame, cell }) => {
    expect(memtypeSeverity(EXPECTED[expected], EXPECTED[got], frame)).toBe(worst(cell));
    expect(SEVERITIES[divergenceRank('memtype', typed(EXPECTED[expected], 0, 0, 1), typed(EXPECTED[got], 1, 0, 2), frame)]).toBe(
      worst(cell),
    );
  });

  test.each(cells.filter(({ cell }) => cell === '.'))(
    '$expected where it was expected on $memory is nothing',
    ({ expected, frame }) => {
      expect(memtypeSeverity(EXPECTED[expected], EXPECTED[expected], frame)).toBe('none');
    },
  );

  test('takes CD as UC and WC+ as WC, on either side', () => {
    const folded: readonly (readonly [EffectiveType, EffectiveType])[] = [
      [CD, UC],
      [WC_PLUS, WC],
    ];
    for (const [variant, plainType] of folded) {
      for (const other of [UC, WC, WT, WP, WB, CD, WC_PLUS] as const) {
        for (const frame of [0, 1, 2] as const) {
          expect(memtypeSeverity(variant, other, frame)).toBe(memtypeSeverity(plainType, other, frame));
          expect(memtypeSeverity(other, variant, frame)).toBe(memtypeSeverity(other, plainType, frame));
          const rank = (from: EffectiveType, to: EffectiveType) =>
            divergenceRank('exact', typed(from, 0, 0, 0), typed(to, 0, 0, 0), frame);
          expect([rank(variant, other), rank(other, variant)]).toEqual([rank(plainType, other), rank(other, plainType)]);
        }
      }
    }
  });
});

test('Severities stand worst first, and the first five are no matter of speed', () => {
  expect(SEVERITIES).toEqual(['machine-check', 'coherence', 'ordering', 'write-semantics', 'architectural', 'performance', 'none']);
  expect(rankOf(WORST_TOLERABLE)).toBe(5);
  expect(worse('none', 'ordering')).toBe('ordering');
  expect(worse('coherence', 'ordering')).toBe('coherence');
});

describe('A difference that is none of types', () => {
  const severity = (lens: Parameters<typeof divergenceRank>[0], expected: number, got: number) =>
    SEVERITIES[divergenceRank(lens, expected, got, 2)];

  test('is architectural in the lens msr', () => {
    expect(severity('msr', plain(OK, 1), plain(GP, 2))).toBe('architectural');
    expect(severity('msr', plain(OK, 1), plain(OK, 2))).toBe('architectural');
  });

  test('is architectural where one side has no memory type at all', () => {
    expect(severity('memtype', plain(MMIO, 1), typed(WB, 1, 0, 2))).toBe('architectural');
    expect(severity('memtype', typed(UC, 0, 0, 1), plain(MMIO, 2))).toBe('architectural');
    expect(severity('private', memoryFault(PRIVATE, 1), typedPage(WB, 1, 0, SHARED, 2))).toBe('architectural');
  });

  test('is architectural where another page served the access', () => {
    expect(severity('private', typedPage(WB, 1, 0, PRIVATE, 1), typedPage(WB, 1, 0, SHARED, 2))).toBe('architectural');
  });

  test('is performance where it is one of size or cost', () => {
    expect(severity('level', typed(WB, 1, 0, 1), typed(WB, 2, 0, 2))).toBe('performance');
    expect(severity('exact', typed(WB, 1, 0, 1), typed(WB, 2, 0, 2))).toBe('performance');
    expect(severity('cost', plain(OK, 0), plain(OK, 0))).toBe('performance');
  });

  test('is nothing where only what the hypervisor wrote differs', () => {
    expect(severity('exact', typed(WB, 1, leafWord(WB, true), 1), typed(WB, 1, leafWord(WB, false), 2))).toBe('none');
  });

  test('is that of the types where these differ too', () => {
    expect(severity('exact', typed(UC, 1, 0, 1), typed(WB, 2, 0, 2))).toBe('machine-check');
  });
});
