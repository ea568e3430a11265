import { OPERATION_NAMES } from '../../../harness/operations/registry.js';
import fc from 'fast-check';
import { Comparator } from '../../../harness/compare/comparator.js';
import { abstains, ANSWER_LENSES, LENSES, type AnswerLens } from '../../../harness/compare/lens.js';
import { type Panel, panelOf, type Seat } from '../../../harness/compare/panel.js';
import { partitionOf, partitionText } from '../../../harness/compare/partition.js';
import { SignatureTaker } from '../../../harness/compare/signature.js';
import type { Level } from '../../../models/contract/address.js';
import { CD, type EffectiveType, UC, WB, WC, WC_PLUS, WP, WT } from '../../../models/contract/memory-type.js';
import {
  CANDIDATE_UC,
  CANDIDATE_WB,
  EBUSY,
  EINVAL,
  GP,
  leafWord,
  memoryFault,
  MMIO,
  NO_LEAF,
  NOT_APPLICABLE,
  type Observation,
  OK,
  openBetween,
  plain,
  PRIVATE,
  refused,
  SHARED,
  typed,
  typedPage,
} from '../../../models/contract/observation.js';
import { access, encoded, seat, traceOf } from '../panel-of-two.js';

const METAL = seat('bare-metal/intel');
const EPT = seat('intel-ept/6.16');
const OLD_EPT = seat('intel-ept/6.6');
const NPT = seat('amd-npt/gpat');
const XEN = seat('xen-hvm/ept-4.21');

/** Names of the groups, and who abstains. */
function partition(lens: AnswerLens, answers: readonly (readonly [Seat, Observation, number?])[]) {
  const seats = answers.map(([who]) => who);
  const answered = answers.map(([, observation, lo = 0]) => ({ observation, hi: 0, lo }));
  const { groups, abstaining } = partitionOf(seats, answered, LENSES[lens]);
  const names = (group: readonly number[]) => group.map((index) => seats[index].name);
  return { text: partitionText(groups.map(names)), abstaining: names(abstaining) };
}
const text = (lens: AnswerLens, ...answers: (readonly [Seat, Observation, number?])[]) => partition(lens, answers).text;
const at = (type: EffectiveType, level: Level | 0 = 0, leaf = NO_LEAF) => typed(type, level, leaf, 0);

const AGREE = '[intel-ept/6.16, amd-npt/gpat]';
const DIFFER = '[intel-ept/6.16] vs [amd-npt/gpat]';
/** Whether KVM on EPT and on NPT agree in a lens. */
const pair = (lens: AnswerLens, a: Observation, b: Observation, loA = 0, loB = 0) => text(lens, [EPT, a, loA], [NPT, b, loB]);

describe('In the lens memtype', () => {
  test.each<[string, Observation, Observation, string]>([
    ['the same type agrees', at(WB), at(WB), AGREE],
    ['CD reads as UC', at(UC), at(CD), AGREE],
    ['WC+ reads as WC', at(WC), at(WC_PLUS), AGREE],
    ['UC is not WC', at(UC), at(WC), DIFFER],
    ['CD is not WC+', at(CD), at(WC_PLUS), DIFFER],
    ['WT is not WB', at(WT), at(WB), DIFFER],
    ['an exit to userspace is no memory type', at(UC), plain(MMIO, 0), DIFFER],
    ['level and leaf do not count', at(WB, 1, leafWord(WB, true)), at(WB, 3, leafWord(UC, false)), AGREE],
    ['the rule does not count', typed(WB, 1, NO_LEAF, 1), typed(WB, 1, NO_LEAF, 2), AGREE],
    ['the page does not count', typedPage(WB, 1, 0, PRIVATE, 0), typedPage(WB, 1, 0, SHARED, 0), AGREE],
  ])('%s', (_, a, b, expected) => {
    expect(pair('memtype', a, b)).toBe(expected);
    expect(pair('memtype', b, a)).toBe(expected);
  });
});

describe('In the lens exact', () => {
  test.each<[string, Observation, Observation, string]>([
    ['CD is not UC', at(UC), at(CD), DIFFER],
    ['WC+ is not WC', at(WC), at(WC_PLUS), DIFFER],
    ['levels count', at(WB, 1), at(WB, 2), DIFFER],
    ['leaves of two families do not count', at(WB, 1, leafWord(WB, true)), at(WB, 1, leafWord(UC, false)), AGREE],
    ['errnos count', refused(EBUSY, 0), refused(EINVAL, 0), DIFFER],
    ['a page counts where both sides have one', typedPage(WB, 1, 0, PRIVATE, 0), typedPage(WB, 1, 0, SHARED, 0), DIFFER],
    ['a page that one subject does not have agrees', typedPage(WB, 1, 0, PRIVATE, 0), at(WB, 1), AGREE],
    ['what a fault wants counts', memoryFault(PRIVATE, 0), memoryFault(SHARED, 0), DIFFER],
  ])('%s', (_, a, b, expected) => {
    expect(pair('exact', a, b)).toBe(expected);
    expect(pair('exact', b, a)).toBe(expected);
  });

  test('the leaf counts within a family only', () => {
    const [ignoring, honouring] = [leafWord(WB, true), leafWord(WB, false)];
    expect(text('exact', [EPT, at(WB, 1, ignoring)], [OLD_EPT, at(WB, 1, honouring)], [XEN, at(WB, 1, honouring)])).toBe(
      '[intel-ept/6.16, xen-hvm/ept-4.21] vs [intel-ept/6.6]',
    );
  });

  test('the value of a read counts', () => {
    expect(pair('exact', plain(OK, 0), plain(OK, 0), 0xc06, 0xc06)).toBe(AGREE);
    expect(pair('exact', plain(OK, 0), plain(OK, 0), 0xc06, 0x806)).toBe(DIFFER);
  });
});

describe('In the other lenses', () => {
  test('msr compares outcome and value', () => {
    expect(pair('msr', plain(OK, 0), plain(GP, 0))).toBe(DIFFER);
    expect(pair('msr', plain(OK, 0), plain(OK, 0), 1, 2)).toBe(DIFFER);
    expect(pair('msr', plain(OK, 0), plain(OK, 0), 1, 1)).toBe(AGREE);
  });

  test('level compares the level alone', () => {
    expect(pair('level', at(WB, 2), at(UC, 2))).toBe(AGREE);
    expect(pair('level', at(WB, 2), at(WB, 1))).toBe(DIFFER);
  });

  test('private compares outcome, page and what was wanted, not the type', () => {
    expect(pair('private', typedPage(WB, 1, 0, PRIVATE, 0), typedPage(UC, 2, 0, PRIVATE, 0))).toBe(AGREE);
    expect(pair('private', typedPage(WB, 1, 0, PRIVATE, 0), typedPage(WB, 1, 0, SHARED, 0))).toBe(DIFFER);
    expect(pair('private', memoryFault(PRIVATE, 0), memoryFault(SHARED, 0))).toBe(DIFFER);
    expect(pair('private', memoryFault(PRIVATE, 0), typedPage(WB, 1, 0, PRIVATE, 0))).toBe(DIFFER);
  });

  test('no lens but cost looks at nothing, and each looks at its operations only', () => {
    const looks = Object.fromEntries(ANSWER_LENSES.map((name) => [name, LENSES[name].operations]));
    expect(looks).toMatchObject({
      memtype: ['access', 'request'],
      msr: ['write-msr', 'read-msr', 'write-cr0', 'init', 'enter-l2', 'exit-l2', 'read-l2-pat', 'host-msr'],
      level: ['access'],
      private: ['access', 'host-access'],
      cost: [],
    });
    expect(looks.exact).toEqual(OPERATION_NAMES);
  });
});

describe('Bare metal has neither level nor leaf, so it agrees there with whoever has them', () => {
  test('in the lens level with everyone', () => {
    expect(text('level', [METAL, at(WB)], [EPT, at(WB, 2)])).toBe('[bare-metal/intel, intel-ept/6.16]');
  });

  test('and joins the first of groups that differ in it', () => {
    expect(text('exact', [METAL, at(WB)], [EPT, at(WB, 2)], [XEN, at(WB, 1)], [NPT, at(WB, 2)])).toBe(
      '[bare-metal/intel, intel-ept/6.16, amd-npt/gpat] vs [xen-hvm/ept-4.21]',
    );
  });
});

describe('Who answers undefined or n/a abstains', () => {
  const open = openBetween(CANDIDATE_UC | CANDIDATE_WB, 0);
  const silent = plain(NOT_APPLICABLE, 0);

  test('stands in no group and is listed', () => {
    expect(
      partition('memtype', [
        [METAL, open],
        [EPT, at(WB)],
        [NPT, silent],
        [XEN, at(UC)],
      ]),
    ).toEqual({
      text: '[intel-ept/6.16] vs [xen-hvm/ept-4.21]',
      abstaining: ['bare-metal/intel', 'amd-npt/gpat'],
    });
  });

  test('even if all do, and even if candidates would agree', () => {
    expect(
      partition('exact', [
        [METAL, open],
        [EPT, open],
      ]),
    ).toEqual({ text: '', abstaining: ['bare-metal/intel', 'intel-ept/6.16'] });
  });
});

test('Groups stand in the order of their first members, members in the order of the panel', () => {
  expect(text('memtype', [METAL, at(UC)], [EPT, at(WB)], [OLD_EPT, at(UC)], [NPT, at(WC)], [XEN, at(WB)])).toBe(
    '[bare-metal/intel, intel-ept/6.6] vs [intel-ept/6.16, xen-hvm/ept-4.21] vs [amd-npt/gpat]',
  );
});

/** Any answer: small ranges, so that they often agree. */
const anyAnswer: fc.Arbitrary<Observation> = fc.oneof(
  { weight: 6, arbitrary: typedAnswer() },
  fc.constantFrom(OK, GP, MMIO, NOT_APPLICABLE).map((outcome) => plain(outcome, 3)),
  fc.constantFrom(EBUSY, EINVAL).map((errno) => refused(errno, 0)),
  fc.constantFrom(PRIVATE, SHARED).map((wants) => memoryFault(wants as 1, 0)),
  fc.constant(openBetween(CANDIDATE_UC, 0)),
);
function typedAnswer(): fc.Arbitrary<Observation> {
  return fc
    .tuple(
      fc.constantFrom(UC, WC, WB, CD, WC_PLUS, WP),
      fc.constantFrom(1, 2),
      fc.boolean(),
      fc.constantFrom(0, 1, 2),
      fc.nat(2000),
    )
    .map(([type, level, ipat, page, rule]) =>
      typedPage(type as EffectiveType, level as Level, leafWord(WB, ipat), page as 0, rule),
    );
}
/** A subject without a leaf has neither level nor leaf. */
const within = (who: Seat, observation: Observation) => (who.hasLeaf ? observation : observation & ~0x7f00);
/** In the order of random panels: profiles of several families, some twice, with and without a leaf. */
const FAMILIES = [
  'bare-metal/intel',
  'bare-metal/amd',
  'intel-ept/1',
  'intel-ept/2',
  'intel-ept/3',
  'amd-npt/1',
  'xen-hvm/1',
  'tdx/1',
];
const manySeats = (count: number) => Array.from({ length: count }, (_, index) => seat(FAMILIES[index % FAMILIES.length]));

describe.each([1, 2, 5, 9, 17, 18, 30])('With random answers of %d seats', (count) => {
  const seats = manySeats(count).map((who, index) => ({ ...who, name: `${who.name}#${index}` }));
  const panel: Panel = panelOf(seats);
  const answers = fc.array(fc.tuple(anyAnswer, fc.nat(1)), { minLength: count, maxLength: count });

  test('the signature of a step reads as its partition, in every lens', () => {
    const takers = ANSWER_LENSES.map((name) => new SignatureTaker(seats, LENSES[name]));
    fc.assert(
      fc.property(answers, (given) => {
        // The step looked at is not the first.
        const traces = given.map(([observation, lo], index) =>
          traceOf([plain(GP, 0), within(seats[index], observation)], { 0: [7, index], 1: [0, lo] }),
        );
        const answered = given.map(([observation, lo], index) => ({ observation: within(seats[index], observation), hi: 0, lo }));
        for (const taker of takers) {
          const lens = LENSES[ANSWER_LENSES[takers.indexOf(taker)]];
          const { groups } = partitionOf(seats, answered, lens);
          const signature = taker.take(1, traces);
          expect(taker.read(signature)).toEqual(groups.map((group) => group.map((index) => seats[index].name)));
          expect(typeof signature).toBe(count <= 17 ? 'number' : 'string');
        }
      }),
      { numRuns: 60 },
    );
  });

  test('an edge diverges exactly where its two sides alone stand in two groups', () => {
    const names: AnswerLens[] = ['memtype', 'level', 'private', 'exact'];
    const lenses = names.map((name) => LENSES[name]);
    const comparator = new Comparator(panel, lenses);
    const scenario = encoded({}, [access()]);
    fc.assert(
      fc.property(answers, (given) => {
        const traces = given.map(([observation, lo], index) => traceOf([within(seats[index], observation)], { 0: [0, lo] }));
        const found: string[] = [];
        comparator.compare(scenario, traces, (lens, edge, step) => {
          const { reference, seat: index } = panel.edges[edge];
          // Judged silence: test/harness/compare/silence.test.ts.
          if ([reference, index].some((side) => abstains(traces[side].observations[step]))) return;
          found.push(`${names[lens]} ${edge} ${step}`);
        });
        const expected = panel.edges.flatMap(({ reference, seat: index }, edge) =>
          names.flatMap((name) => {
            const sides = [reference, index];
            const answered = sides.map((side) => ({ observation: within(seats[side], given[side][0]), hi: 0, lo: given[side][1] }));
            const { groups } = partitionOf(
              sides.map((side) => seats[side]),
              answered,
              LENSES[name],
            );
            return groups.length === 2 ? [`${name} ${edge} 0`] : [];
          }),
        );
        expect(found).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

describe('The comparator', () => {
  const panel = panelOf([METAL, EPT]);
  const lenses = [LENSES.memtype, LENSES.msr, LENSES.exact];
  const found = (
    steps: readonly object[],
    left: Observation[],
    right: Observation[],
    values: Record<number, [number, number]> = {},
  ) => {
    const list: [string, number][] = [];
    const comparator = new Comparator(panel, lenses);
    comparator.compare(encoded({}, steps), [traceOf(left), traceOf(right, values)], (lens, _, step) =>
      list.push([lenses[lens].name, step]),
    );
    return list;
  };

  test('asks at each step the lenses that look at its operation', () => {
    const steps = [{ op: 'init', vcpu: 0 }, { op: 'zap', gfn: '0x0', pages: '0x1' }, access()];
    const [ok, gp] = [plain(OK, 0), plain(GP, 0)];
    expect(found(steps, [ok, ok, at(WB)], [gp, gp, at(UC)])).toEqual([
      ['msr', 0],
      ['exact', 0],
      ['exact', 1],
      ['memtype', 2],
      ['exact', 2],
    ]);
  });

  test('goes on after the first divergence of a case, step after step', () => {
    expect(
      found([access(), access(), access()], [at(WB), at(WB), at(WB)], [at(UC), at(WB), at(UC)]).map(([, step]) => step),
    ).toEqual([0, 0, 2, 2]);
  });

  test('sees a value that differs in either half', () => {
    const reads = [0, 1].map(() => ({ op: 'read-msr', vcpu: 0, msr: '0x277' }));
    const ok = plain(OK, 0);
    expect(found(reads, [ok, ok], [ok, ok], { 0: [1, 0] })).toEqual([
      ['msr', 0],
      ['exact', 0],
    ]);
    expect(found(reads, [ok, ok], [ok, ok], { 1: [0, 1] })).toEqual([
      ['msr', 1],
      ['exact', 1],
    ]);
  });
});
