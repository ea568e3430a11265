import type { Scenario } from '../../harness/scenario/scenario.js';
import { DEF_TYPE, PHYSBASE0 } from '../../models/contract/msr.js';
import { OK, outcomeOf } from '../../models/contract/observation.js';
import type { Operation } from '../../models/contract/operation.js';
import { cases } from './cases.js';
import { exceptionOf, LOST_IN_MIGRATION, READS_PAIRS_AS_FIXED } from './exceptions.js';
import { type Answer, different, EVERY_PROFILE, seen, type Subject } from './subject.js';

const CASES = cases(18, ({ machine }) => !machine.privateMemory);
const PAIRS = [0, 1, 2, 3, 4, 5, 6, 7];
const TYPES = [0, 6, 1, 4, 5];
/** In the order in which the ranges of a case get their sizes: pages are 2 ** order. */
const ORDERS = [9, 0, 18, 4, 12, 8];
/** MTRRs and fixed ranges enabled, default UC, WB, WC. */
const ENABLED = [0xc00, 0xc06, 0x801];

interface Range {
  readonly gfn: number;
  readonly pages: number;
  readonly type: number;
}

/** A case cut in two, with ranges that do not meet around the frames of its second part. */
interface Arranged {
  readonly scenario: Scenario;
  readonly before: readonly Operation[];
  readonly rest: readonly Operation[];
  readonly ranges: readonly Range[];
  readonly defType: number;
}

/** The writes that set a case's ranges: in the first pairs, these in the opposite order, in the last pairs, each range as two halves. */
interface Writes {
  readonly low: readonly Operation[];
  readonly reversed: readonly Operation[];
  readonly high: readonly Operation[];
  readonly halves: readonly Operation[];
}

const ARRANGED = CASES.map((scenario, index): Arranged => {
  const half = Math.floor(scenario.steps.length / 2);
  const rest = scenario.steps.slice(half);
  const frames = rest.flatMap((step) => (step.op === 'access' ? [step.gfn] : []));
  return { scenario, before: scenario.steps.slice(0, half), rest, ranges: disjoint(frames, index, 4), defType: ENABLED[index % 3] };
});

/** Up to `most` aligned ranges of powers of two, none of which meets another. */
function disjoint(frames: readonly number[], first: number, most: number): Range[] {
  const ranges: Range[] = [];
  frames.forEach((frame, index) => {
    const pages = 2 ** ORDERS[(first + index) % ORDERS.length];
    const gfn = Math.floor(frame / pages) * pages;
    const meets = ranges.some((other) => gfn < other.gfn + other.pages && other.gfn < gfn + pages);
    if (!meets && ranges.length < most) ranges.push({ gfn, pages, type: TYPES[(first + ranges.length) % TYPES.length] });
  });
  return ranges;
}

const write = (vcpu: number, msr: number, frame: number, bits: number): Operation => {
  const value = { hi: Math.floor(frame / 0x100000), lo: ((frame % 0x100000) * 4096 + bits) >>> 0 };
  return { op: 'write-msr', vcpu, msr, value };
};

/** The two writes that make a range, of one vCPU. */
function pairWrites(vcpu: number, pair: number, { gfn, pages, type }: Range, limit: number): Operation[] {
  const base = PHYSBASE0 + 2 * pair;
  return [write(vcpu, base, gfn, type), write(vcpu, base + 1, limit - pages, 0x800)];
}

/** Every vCPU disables its MTRRs, forgets all its variable ranges, makes these, and enables MTRRs. `numbers`: pair of each range. */
function set(
  { scenario: { machine }, defType }: Arranged,
  ranges: readonly Range[],
  numbers: readonly number[],
  reversed = false,
): Operation[] {
  const vcpus = Array.from({ length: machine.vcpus }, (_, vcpu) => vcpu);
  const limit = 2 ** (machine.maxPhysAddr - 12);
  return vcpus.flatMap((vcpu) => {
    const made = ranges.flatMap((range, index) => pairWrites(vcpu, numbers[index], range, limit));
    return [
      write(vcpu, DEF_TYPE, 0, 0),
      ...PAIRS.flatMap((pair) => [write(vcpu, PHYSBASE0 + 2 * pair + 1, 0, 0), write(vcpu, PHYSBASE0 + 2 * pair, 0, 0)]),
      ...(reversed ? made.reverse() : made),
      write(vcpu, DEF_TYPE, 0, defType),
    ];
  });
}

function halvesOf({ gfn, pages, type }: Range): Range[] {
  return [0, pages / 2].map((offset) => ({ gfn: gfn + offset, pages: pages / 2, type }));
}

/** Made once: every profile gets the same. */
const WRITTEN = ARRANGED.map((arranged): Arranged & Writes => {
  const { ranges } = arranged;
  return {
    ...arranged,
    low: set(arranged, ranges, PAIRS),
    reversed: set(arranged, ranges, PAIRS, true),
    high: set(arranged, ranges, [...PAIRS].reverse()),
    halves: set(
      arranged,
      ranges.flatMap((range) => (range.pages === 1 ? [range] : halvesOf(range))),
      PAIRS,
    ),
  };
});

/** Answers to the second part after these writes. */
function restAfter(
  subject: Subject,
  { scenario: { machine }, before }: Arranged,
  writes: readonly Operation[],
  rest: readonly Operation[],
): Answer[] {
  const first = [...before, ...writes];
  return subject.answers({ machine, steps: [...first, ...rest] }).slice(first.length);
}

const isVariable = (step: Operation) =>
  /^(read|write)-msr$/.test(step.op) && 'msr' in step && step.msr >= PHYSBASE0 && step.msr < PHYSBASE0 + 16;

/** The second part without what sees the numbers of pairs: reads and writes of them, and a save record that keeps one only. */
function blindToNumbers(subject: Subject, rest: readonly Operation[]): Operation[] {
  const keepsOne = exceptionOf(LOST_IN_MIGRATION, subject.name)?.rule === 'xen-hvm.save-record-replicates-pair-0';
  return rest.filter((step) => !isVariable(step) && !(keepsOne && step.op === 'save-restore'));
}

/** Where answers differ when the ranges stand in the last pairs instead of the first. */
const byPairs = (subject: Subject) =>
  WRITTEN.flatMap((written) => {
    const rest = blindToNumbers(subject, written.rest);
    const low = restAfter(subject, written, written.low, rest);
    return different(subject, low, restAfter(subject, written, written.high, rest), seen);
  });

/** Differences that no rule of READS_PAIRS_AS_FIXED explains. */
const unexplained = (wrong: readonly string[]) =>
  wrong.filter((difference) => !READS_PAIRS_AS_FIXED.some(({ rule }) => difference.includes(`"${rule}"`)));

describe.each(EVERY_PROFILE)('%s', (_, subject) => {
  test('gives what disjoint ranges say whatever the order in which they were written while MTRRs were disabled', () => {
    const wrong = WRITTEN.flatMap((written) => {
      const forward = restAfter(subject, written, written.low, written.rest);
      const backward = restAfter(subject, written, written.reversed, written.rest);
      return different(subject, forward, backward, ({ observation, hi, lo }) => `${observation} ${hi} ${lo}`);
    });
    expect(wrong.slice(0, 4)).toEqual([]);
  });

  test('gives what disjoint ranges say whatever pairs they stand in', () => {
    expect(unexplained(byPairs(subject)).slice(0, 4)).toEqual([]);
  });

  test('gives what a range says when it is made of two halves', () => {
    const wrong = WRITTEN.flatMap((written) => {
      const rest = blindToNumbers(subject, written.rest);
      const whole = restAfter(subject, written, written.low, rest);
      const split = restAfter(subject, written, written.halves, rest);
      return different(subject, whole, split, seen);
    });
    expect(unexplained(wrong).slice(0, 4)).toEqual([]);
  });
});

test('The ranges are accepted, and decide: without them bare metal answers otherwise', () => {
  const [, metal] = EVERY_PROFILE[0];
  const decided = ARRANGED.filter((arranged) => {
    const writes = set(arranged, arranged.ranges, PAIRS);
    const answers = metal.answers({ machine: arranged.scenario.machine, steps: writes });
    const accepted = answers.every(({ observation }) => outcomeOf(observation) === OK);
    const rest = blindToNumbers(metal, arranged.rest);
    const without = restAfter(metal, arranged, set(arranged, [], PAIRS), rest);
    return accepted && different(metal, restAfter(metal, arranged, writes, rest), without, seen).length > 0;
  });
  expect(decided.length).toBeGreaterThan(ARRANGED.length / 3);
});

test.each(EVERY_PROFILE.filter(([name]) => exceptionOf(READS_PAIRS_AS_FIXED, name) !== undefined))(
  'The exception of %s is needed: it does read pairs as fixed ranges',
  (_, subject) => {
    const rules = READS_PAIRS_AS_FIXED.filter(({ profiles }) => profiles.test(subject.name)).map(({ rule }) => rule);
    const ids = new Set(subject.profile.rules.map((rule) => rule?.id));
    expect(rules.filter((rule) => !ids.has(rule))).toEqual([]);
    expect(byPairs(subject)).not.toEqual([]);
  },
);
