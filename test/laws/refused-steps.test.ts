import type { Scenario } from '../../harness/scenario/scenario.js';
import type { Operation } from '../../models/contract/operation.js';
import { ERROR, GP, NOT_APPLICABLE, outcomeOf, PAUSED } from '../../models/contract/observation.js';
import { cases, privateCases } from './cases.js';
import { type Answer, differences, EVERY_PROFILE, type Subject } from './subject.js';

/** Values that hardware refuses, one a kind of register and of mistake: a campaign draws each of them in one case of many. */
const ILLEGAL: readonly (readonly [msr: number, hi: number, lo: number])[] = [
  [0xfe, 0, 0x508],
  [0x200, 0, 0xa0002],
  [0x200, 0, 0xa0106],
  [0x200, 0xfff00000, 0xa0000],
  [0x201, 0xf, 0xfffff804],
  [0x201, 0xfff00000, 0xfffff800],
  [0x210, 0, 0],
  [0x250, 0, 0x07070707],
  [0x26f, 0x06060602, 0],
  [0x277, 0x00070406, 0x00070402],
  [0x277, 0x08070406, 0x00070406],
  [0x2ff, 0, 0x802],
  [0x2ff, 0, 0x906],
  [0x2ff, 1, 0x806],
];

/** The case with all of them in its middle, from its last vCPU. */
function withIllegalWrites({ machine, steps }: Scenario): Scenario {
  const vcpu = machine.vcpus - 1;
  const half = Math.floor(steps.length / 2);
  const writes = ILLEGAL.map(([msr, hi, lo]): Operation => ({ op: 'write-msr', vcpu, msr, value: { hi, lo } }));
  const detach: Operation = { op: 'detach-device', coherent: true };
  return { machine, steps: [...steps.slice(0, half), ...writes, detach, ...steps.slice(half)] };
}

const CASES = [...cases(20), ...privateCases(8)].map(withIllegalWrites);

/** Refusals that change something all the same, by rule, with their source. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'xen-hvm.pin-overlaps': 'Xen hvm_set_mem_pinned_cacheattr(), ab2d47eb13: recalculates and flushes after any outcome',
  'xen-hvm.pin-limit': 'Xen hvm_set_mem_pinned_cacheattr(), ab2d47eb13: recalculates and flushes after any outcome',
};

/** A step that was refused, that the subject does not have, or that only reads. */
function changesNothing(subject: Subject, scenario: Scenario, step: number, answer: Answer): boolean {
  const outcome = outcomeOf(answer.observation);
  if (subject.ruleId(answer) in EXCEPTIONS) return false;
  // A host operation completes the paused conversion first, one that is refused, too.
  if (outcome === ERROR && scenario.machine.privateMemory) return false;
  return outcome === GP || outcome === ERROR || outcome === NOT_APPLICABLE || scenario.steps[step].op === 'read-msr';
}

/** The scenario without these steps, and what the subject says of the rest. */
function without(subject: Subject, scenario: Scenario, answers: readonly Answer[]) {
  const kept = scenario.steps.map((_, step) => step).filter((step) => !changesNothing(subject, scenario, step, answers[step]));
  const rest = { machine: scenario.machine, steps: kept.map((step) => scenario.steps[step]) };
  return { expected: kept.map((step) => answers[step]), got: subject.answers(rest), end: subject.end() };
}

describe.each(EVERY_PROFILE)('%s', (_, subject) => {
  test('is changed by no step that it refuses, does not have, or that only reads', () => {
    const wrong: string[] = [];
    for (const scenario of CASES) {
      const answers = subject.answers(scenario);
      // Any operation of a vCPU completes its paused access first, one that the subject does not have, too.
      if (answers.some(({ observation }) => outcomeOf(observation) === PAUSED)) continue;
      const end = subject.end();
      const { expected, got, end: endWithout } = without(subject, scenario, answers);
      wrong.push(...differences(subject, expected, got));
      if (end !== endWithout) wrong.push(`another end:\n${end}\n${endWithout}`);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});

describe('The cases', () => {
  const answers = EVERY_PROFILE.flatMap(([, subject]) =>
    CASES.flatMap((scenario) =>
      subject.answers(scenario).map((answer) => ({ outcome: outcomeOf(answer.observation), rule: subject.ruleId(answer) })),
    ),
  );

  test('have refusals of every kind', () => {
    const kinds = new Set<number>(answers.map(({ outcome }) => outcome));
    expect([GP, ERROR, NOT_APPLICABLE].filter((outcome) => !kinds.has(outcome))).toEqual([]);
  });

  test('need the exceptions, whose rules exist', () => {
    const ids = new Set(EVERY_PROFILE.flatMap(([, { profile }]) => profile.rules.map((rule) => rule?.id)));
    expect(Object.keys(EXCEPTIONS).filter((id) => !ids.has(id))).toEqual([]);
    expect(answers.filter(({ rule, outcome }) => rule === 'xen-hvm.pin-overlaps' && outcome === ERROR)).not.toEqual([]);
  });
});
