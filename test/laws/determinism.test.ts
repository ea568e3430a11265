import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { runModel } from '../../harness/run/run.js';
import { Trace } from '../../harness/run/trace.js';
import { printScenario } from '../../harness/scenario/print.js';
import { STEP_WORDS } from '../../harness/operations/operation-spec.js';
import { runnerOf } from '../../harness/run/step-runner.js';
import type { Scenario } from '../../harness/scenario/scenario.js';
import type { Model, Profile } from '../../models/contract/model.js';
import {
  HOST_FATAL,
  NOT_APPLICABLE,
  NOT_ASKED,
  OUTCOME_NAMES,
  outcomeOf,
  ruleOf,
  VM_DEAD,
} from '../../models/contract/observation.js';
import { anyScenario, cases, fixed, privateCases } from './cases.js';
import { type Answer, differences, encoded, EVERY_PROFILE, Subject } from './subject.js';

const ORDINARY = cases(14);
const PRIVATE = privateCases(10);
const ALL = [...ORDINARY, ...PRIVATE];
/** Drawn once: the same for every profile. */
const DRAWN = fc.sample(anyScenario, fixed(24));

/** Two scenarios on two instances, a step of one after a step of the other. */
function interleaved(profile: Profile, left: Scenario, right: Scenario): [number[], number[]] {
  const sides = [left, right].map((scenario) => ({
    model: profile.create(),
    observations: [] as number[],
    ...encoded(scenario),
  }));
  const one = new Trace(1);
  for (const { model, machine } of sides) model.reset(machine);
  for (let step = 0; step < Math.max(left.steps.length, right.steps.length); step++) {
    for (const { model, observations, words, steps } of sides) {
      if (step >= steps) continue;
      runnerOf(model)(model, null, words.subarray(step * STEP_WORDS), 1, one);
      observations.push(one.observations[0]);
    }
  }
  return [sides[0].observations, sides[1].observations];
}

/** Up to and with the step that broke the host or the VM, after which a model is asked nothing. */
function untilBroken(observations: readonly number[]): readonly number[] {
  const broken = observations.findIndex((found) => outcomeOf(found) === HOST_FATAL || outcomeOf(found) === VM_DEAD);
  return broken < 0 ? observations : observations.slice(0, broken + 1);
}

const packed = (answers: readonly Answer[]) => answers.map(({ observation }) => observation);

describe.each(EVERY_PROFILE)('%s', (_, subject) => {
  const expected = ALL.map((scenario) => ({ answers: subject.answers(scenario), end: subject.end() }));

  test('answers after a reset as a fresh model does, whatever ran before, in whatever order', () => {
    const wrong: string[] = [];
    for (let index = ALL.length - 1; index >= 0; index--) {
      const fresh = new Subject(subject.profile);
      for (const model of [fresh, subject]) {
        wrong.push(...differences(subject, expected[index].answers, model.answers(ALL[index])));
        if (model.end() !== expected[index].end) wrong.push(`case ${index}: another state or other counters at the end`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('answers as if it were alone while another instance runs something else', () => {
    const wrong: number[] = [];
    for (let index = 1; index < ALL.length; index++) {
      const both = interleaved(subject.profile, ALL[index - 1], ALL[index]);
      both.forEach((observations, side) => {
        const alone = packed(expected[index - 1 + side].answers);
        if (untilBroken(observations).join() !== untilBroken(alone).join()) wrong.push(index - 1 + side);
      });
    }
    expect(wrong).toEqual([]);
  });

  test('answers the first steps of a scenario as the whole of it', () => {
    fc.assert(
      fc.property(fc.nat(ALL.length - 1), fc.nat(200), (index, cut) => {
        const { machine, steps } = ALL[index];
        const length = cut % (steps.length + 1);
        const prefix = subject.answers({ machine, steps: steps.slice(0, length) });
        return differences(subject, expected[index].answers.slice(0, length), prefix).length === 0;
      }),
      fixed(20),
    );
  });

  test('observes every step, by one of its rules, and throws at none', () => {
    const { rules } = subject.profile;
    const isObserved = ({ observation }: Answer) =>
      outcomeOf(observation) < OUTCOME_NAMES.length && (observation === NOT_ASKED || (rules[ruleOf(observation)] ?? null) !== null);
    const unobserved = DRAWN.filter((scenario) => !subject.answers(scenario).every(isObserved));
    expect(unobserved.map(printScenario)).toEqual([]);
  });

  test('reports counters that are whole numbers from 0, and a state that is plain data and the same when asked again', () => {
    const wrong: string[] = [];
    for (const scenario of [...ORDINARY.slice(0, 4), ...PRIVATE.slice(0, 4)]) {
      const model = finished(subject.profile, scenario);
      const [counters, state] = [model.counters(), model.state()];
      wrong.push(...Object.entries(counters).flatMap(([name, count]) => (Number.isInteger(count) && count >= 0 ? [] : [name])));
      if (JSON.stringify(model.state()) !== JSON.stringify(state)) wrong.push('another state');
      if (!isPlain(state)) wrong.push(JSON.stringify(state));
    }
    expect(wrong).toEqual([]);
  });

  test('says n/a to every step after one that broke the host or the VM', () => {
    const after = expected.flatMap(({ answers }) => answers.slice(untilBroken(packed(answers)).length));
    expect(after.filter(({ observation, hi, lo }) => outcomeOf(observation) !== NOT_APPLICABLE || hi !== 0 || lo !== 0)).toEqual(
      [],
    );
  });
});

/** A model that has just run a scenario. */
function finished(profile: Profile, scenario: Scenario): Model {
  const model = profile.create();
  runModel(model, encoded(scenario), new Trace(scenario.steps.length));
  return model;
}

/** JSON keeps it as it is. */
function isPlain(state: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(state)), state);
}

test('The cases are worth it: they differ, some have private memory, many have more than one vCPU', () => {
  expect(new Set(ALL.map(printScenario)).size).toBe(ALL.length);
  expect(ORDINARY.filter(({ machine }) => machine.vcpus > 1).length).toBeGreaterThan(ORDINARY.length / 3);
  expect(PRIVATE.every(({ machine }) => machine.privateMemory)).toBe(true);
});
