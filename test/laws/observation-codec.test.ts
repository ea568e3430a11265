import fc from 'fast-check';
import { Place } from '../../harness/operations/usage-error.js';
import { observationJson, parseObservation } from '../../harness/scenario/observation-json.js';
import type { Level } from '../../models/contract/address.js';
import {
  CD,
  type EffectiveType,
  type RegisterType,
  UC,
  UC_MINUS,
  WB,
  WC,
  WC_PLUS,
  WP,
  WT,
} from '../../models/contract/memory-type.js';
import {
  ERRNO_NAMES,
  ERROR,
  type Errno,
  leafWord,
  MEMORY_FAULT,
  memoryFault,
  NO_LEAF,
  type Observation,
  OK,
  openBetween,
  OUTCOME_NAMES,
  type Outcome,
  NOT_ASKED,
  outcomeOf,
  ENTRY_FAILED,
  type EntryFailure,
  entryFailed,
  L1_EXIT,
  type L1ExitReason,
  l1Exit,
  served,
  type PageKind,
  plain,
  refused,
  ruleOf,
  typedPage,
  UNDEFINED,
} from '../../models/contract/observation.js';
import type { OperationName } from '../../models/contract/operation.js';
import { RULE_LIMIT } from '../../models/contract/rule.js';
import { cases, privateCases } from './cases.js';
import { EVERY_PROFILE } from './subject.js';

const place = new Place('observation', '$');
const RULES = (RULE_LIMIT - 1) << 21;

/** The observation as it comes back from JSON. */
const returned = (observation: Observation, rule?: string, op?: OperationName): Observation =>
  parseObservation(JSON.parse(JSON.stringify(observationJson(observation, null, rule))), place, op).observation;

const rule = fc.nat(RULE_LIMIT - 1);
const PLAIN = OUTCOME_NAMES.map((_, outcome) => outcome as Outcome).filter(
  (outcome) => ![ERROR, MEMORY_FAULT, UNDEFINED, ENTRY_FAILED, L1_EXIT].some((other) => other === outcome),
);
/** Everything that the constructors of observations can make. */
const ANY: readonly (readonly [string, fc.Arbitrary<Observation>])[] = [
  ['a step without a memory type', fc.tuple(fc.constantFrom(...PLAIN), rule).map(([outcome, by]) => plain(outcome, by))],
  [
    'a refusal',
    fc.tuple(fc.integer({ min: 1, max: ERRNO_NAMES.length - 1 }), rule).map(([errno, by]) => refused(errno as Errno, by)),
  ],
  ['a memory fault', fc.tuple(fc.constantFrom(1, 2), rule).map(([wants, by]) => memoryFault(wants as PageKind, by))],
  ['an open answer', fc.tuple(fc.integer({ min: 1, max: 31 }), rule).map(([candidates, by]) => openBetween(candidates, by))],
  ['a failed entry', fc.tuple(fc.constantFrom<EntryFailure>(1, 2, 3, 4), rule).map(([reason, by]) => entryFailed(reason, by))],
  ['an exit to L1', fc.tuple(fc.constantFrom<L1ExitReason>(5, 6, 7), rule).map(([reason, by]) => l1Exit(reason, by))],
  [
    'a leaf without a memory type',
    fc
      .tuple(
        fc.constantFrom<Level | 0>(0, 1, 2, 3),
        fc.constantFrom(NO_LEAF, leafWord(WB, true)),
        fc.constantFrom<PageKind>(0, 1, 2),
        rule,
      )
      .map(([level, leaf, page, by]) => served(level, leaf, page, by)),
  ],
  [
    'a memory type',
    fc
      .tuple(
        fc.constantFrom<EffectiveType>(UC, WC, WT, WP, WB, CD, WC_PLUS),
        fc.constantFrom<Level | 0>(0, 1, 2, 3),
        fc.option(fc.tuple(fc.constantFrom<RegisterType>(UC, WC, WT, WP, WB, UC_MINUS), fc.boolean())),
        fc.constantFrom<PageKind>(0, 1, 2),
        rule,
      )
      .map(([type, level, leaf, page, by]) => typedPage(type, level, leaf === null ? NO_LEAF : leafWord(...leaf), page, by)),
  ],
];

describe('Packed, printed and parsed, everything but the rule comes back of', () => {
  test.each(ANY)('%s', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (observation) => {
        expect(returned(observation)).toBe(observation & ~RULES);
        expect(ruleOf(observation)).toBe(observation >>> 21);
      }),
      { numRuns: 300 },
    );
  });

  test('the value of a read', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), (hi, lo) => {
        const signed = { hi: hi | 0, lo: lo | 0 };
        for (const value of [{ hi, lo }, signed])
          for (const kind of ['value', 'offset'] as const)
            expect(parseObservation(observationJson(plain(OK, 1), { kind, ...value }), place)).toEqual({
              observation: plain(OK, 0),
              beside: { kind, hi, lo },
            });
      }),
    );
  });
});

/** Observations that models really make. */
const CASES = [...cases(12), ...privateCases(12)];

describe.each(EVERY_PROFILE)('%s', (_, subject) => {
  test('makes observations that JSON keeps, of outcomes that have what they must have', () => {
    const made = CASES.flatMap((scenario) =>
      subject.answers(scenario).map(({ observation }, step) => ({ observation, op: scenario.steps[step].op })),
    );
    const all = [...new Map(made.map((each) => [`${each.op} ${each.observation}`, each])).values()];
    const lost = all.filter(
      ({ observation, op }) => observation !== NOT_ASKED && returned(observation, 'x.y', op) !== (observation & ~RULES),
    );
    expect(lost.map(({ observation }) => observationJson(observation, null))).toEqual([]);
    const parts = all.filter(({ observation, op }) => !isWhole(observation, op));
    expect(parts.map(({ observation }) => observationJson(observation, null))).toEqual([]);
  });
});

/** An error names its errno, an open answer to an access its candidates, a memory fault what it wants. */
function isWhole(observation: Observation, op: OperationName): boolean {
  const { errno, candidates, wants } = observationJson(observation, null);
  const outcome = outcomeOf(observation);
  if (outcome === ERROR) return ERRNO_NAMES.indexOf(errno as 'EINVAL') > 0;
  if (outcome === UNDEFINED && op === 'access') return candidates !== undefined && candidates.length > 0;
  return outcome !== MEMORY_FAULT || wants === 'private' || wants === 'shared';
}

describe('A malformed observation is refused', () => {
  test.each([
    [{}],
    [{ outcome: 'fine' }],
    [{ outcome: 'error' }],
    [{ outcome: 'error', errno: '' }],
    [{ outcome: 'ok', memtype: 'UC-' }],
    [{ outcome: 'ok', memtype: '?2' }],
    [{ outcome: 'ok', memtype: 'WB', level: '' }],
    [{ outcome: 'ok', memtype: 'WB', leaf: 'CD' }],
    [{ outcome: 'ok', memtype: 'WB', leaf: 'WB+ipat+ipat' }],
    [{ outcome: 'undefined', candidates: ['UC-'] }],
    [{ outcome: 'undefined' }],
    [{ outcome: 'memory-fault', wants: '' }],
    [{ outcome: 'ok', value: '0x10000000000000000' }],
    [{ outcome: 'ok', extra: 1 }],
  ])('%j', (json) => expect(() => parseObservation(json, place)).toThrow(/^observation: \$/));
});
