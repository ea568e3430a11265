import { TYPED_EARLY } from './witnesses.js';
import type { Operation } from '../../models/contract/operation.js';
import { NOT_APPLICABLE, outcomeOf } from '../../models/contract/observation.js';
import type { Scenario } from '../../harness/scenario/scenario.js';
import { cases } from './cases.js';
import { exceptionOf, TYPED_WHEN_MADE } from './exceptions.js';
import { type Answer, different, EVERY_PROFILE, seen, type Subject } from './subject.js';

/** With private memory an access changes pages, too, not only mappings. */
const CASES = cases(20, ({ machine }) => !machine.privateMemory);
/** Where a step is put in: a third of the way, and two thirds. */
const PLACES = [1 / 3, 2 / 3];

const everything = ({ machine }: Scenario): Operation => ({ op: 'zap', gfn: 0, pages: 2 ** (machine.maxPhysAddr - 12) });
const isAccess = ({ op }: Operation) => op === 'access';

/** All that a model says of an answer but the rule: a leaf built anew names the rule of now. */
const whole = ({ observation, hi, lo }: Answer) => `${observation & 0xfffff} ${hi} ${lo}`;

/** Answers to the second part of a scenario after another first part. */
function after(subject: Subject, { machine }: Scenario, first: readonly Operation[], second: readonly Operation[]): Answer[] {
  return subject.answers({ machine, steps: [...first, ...second] }).slice(first.length);
}

/** Every case cut in two at each place. */
const cutsOf = (scenarios: readonly Scenario[]) =>
  scenarios.flatMap((scenario) =>
    PLACES.map((place) => {
      const at = Math.floor(scenario.steps.length * place);
      return { scenario, before: scenario.steps.slice(0, at), rest: scenario.steps.slice(at) };
    }),
  );
const CUTS = cutsOf(CASES);
const WITNESSES = TYPED_EARLY.map(({ machine, before, rest }) => ({
  scenario: { machine, steps: [...before, ...rest] },
  before: [...before],
  rest: [...rest],
}));
/** One step a scenario, so that it is encoded once for all profiles. */
const ZAPS = new Map(CASES.map((scenario) => [scenario, everything(scenario)]));
const zapOf = (scenario: Scenario) => ZAPS.get(scenario) ?? everything(scenario);

/** Accesses answered differently where a zap of everything is put in, than without it. */
function changedByZap(subject: Subject, cuts = CUTS): string[] {
  return cuts.flatMap(({ scenario, before, rest }) => {
    const plain = after(subject, scenario, before, rest);
    const disturbed = after(subject, scenario, [...before, zapOf(scenario)], rest);
    return different(subject, plain, disturbed, seen);
  });
}

const has = (subject: Subject, step: Operation) =>
  outcomeOf(subject.answers({ machine: CASES[0].machine, steps: [step] })[0].observation) !== NOT_APPLICABLE;

/** The scenario with every region and every later backing mapped by 4K: each frame then has a leaf of its own. */
function inSmallPages(scenario: Scenario, before: readonly Operation[], rest: readonly Operation[]) {
  const small = (steps: readonly Operation[]) =>
    steps.map((step) => (step.op === 'set-backing' ? { ...step, level: 1 as const } : step));
  const regions = scenario.machine.regions.map((region) => ({ ...region, level: 1 as const }));
  return { scenario: { ...scenario, machine: { ...scenario.machine, regions } }, before: small(before), rest: small(rest) };
}

/** From one frame that is accessed up to another, which is the first that the range does not cover. */
function someFrames({ steps }: Scenario): [gfn: number, pages: number] {
  const frames = [...new Set(steps.flatMap((step) => (step.op === 'access' ? [step.gfn] : [])))].sort((a, b) => a - b);
  const first = Math.floor(frames.length / 4);
  const gfn = frames[first] ?? 0;
  return [gfn, (frames[first + 1 + Math.floor(frames.length / 3)] ?? gfn + 1) - gfn];
}

/** The cuts in small pages, with a zap of some of their frames. */
const SMALL_CUTS = CUTS.map(({ scenario, before, rest }) => {
  const small = inSmallPages(scenario, before, rest);
  const [gfn, pages] = someFrames(small.scenario);
  return { ...small, zap: { op: 'zap', gfn, pages } as const };
});

describe.each(EVERY_PROFILE.filter(([, subject]) => has(subject, { op: 'zap', gfn: 0, pages: 1 })))('%s', (_, subject) => {
  test('answers after a zap of everything as if nothing had ever been touched', () => {
    const wrong = CUTS.flatMap(({ scenario, before, rest }) => {
      const zapped = after(subject, scenario, [...before, zapOf(scenario)], rest);
      const untouched = after(
        subject,
        scenario,
        before.filter((step) => !isAccess(step)),
        rest,
      );
      return different(subject, untouched, zapped, whole);
    });
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  test('answers after a zap of some frames in small pages for these as if they had never been touched, for the others as before', () => {
    const wrong = SMALL_CUTS.flatMap(({ scenario, before, rest, zap }) => {
      const isZapped = (step: Operation) => step.op === 'access' && step.gfn >= zap.gfn && step.gfn < zap.gfn + zap.pages;
      const zapped = after(subject, scenario, [...before, zap], rest);
      const plain = after(subject, scenario, before, rest);
      const untouched = after(
        subject,
        scenario,
        before.filter((step) => !isZapped(step)),
        rest,
      );
      const expected = rest.map((step, index) => (isZapped(step) ? untouched[index] : plain[index]));
      return different(subject, expected, zapped, whole);
    });
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});

describe('Renewing every mapping changes no memory type', () => {
  test.each(EVERY_PROFILE.filter(([name]) => exceptionOf(TYPED_WHEN_MADE, name) === undefined))('of %s', (_, subject) => {
    expect(changedByZap(subject).slice(0, 3)).toEqual([]);
  });

  test.each(EVERY_PROFILE.filter(([name]) => exceptionOf(TYPED_WHEN_MADE, name) !== undefined))(
    'but of %s, whose mappings are typed when they are made',
    (name, subject) => {
      const rule = exceptionOf(TYPED_WHEN_MADE, name)?.rule ?? '';
      expect(changedByZap(subject, WITNESSES).filter((change) => change.includes(`"${rule}"`))).not.toEqual([]);
    },
  );
});
