/** A profile under a law: its answers as plain arrays that can be cut, compared and read. */
import { runModel } from '../../harness/run/run.js';
import { Trace } from '../../harness/run/trace.js';
import { STEP_WORDS } from '../../harness/operations/operation-spec.js';
import { encodeStep } from '../../harness/operations/step-codec.js';
import type { EncodedScenario } from '../../harness/scenario/encoded.js';
import { observationJson } from '../../harness/scenario/observation-json.js';
import type { Scenario } from '../../harness/scenario/scenario.js';
import type { Operation } from '../../models/contract/operation.js';
import type { Model, Profile } from '../../models/contract/model.js';
import { MEMTYPE_MASK, OK, OUTCOME_MASK, ruleOf } from '../../models/contract/observation.js';
import { PROFILES } from '../../models/registry.js';

/** One answer: the packed observation and the halves of a value. */
export interface Answer {
  readonly observation: number;
  readonly hi: number;
  readonly lo: number;
}

type Case = Pick<Scenario, 'machine' | 'steps'>;

const encodedSteps = new WeakMap<Operation, Int32Array>();

/** Laws run the same steps over and over, in other company: each is encoded once. */
export function encoded({ machine, steps }: Case): EncodedScenario {
  const words = new Int32Array(steps.length * STEP_WORDS);
  steps.forEach((step, index) => {
    let own = encodedSteps.get(step);
    if (own === undefined) {
      own = new Int32Array(STEP_WORDS);
      encodeStep(step, own, 0, STEP_WORDS);
      encodedSteps.set(step, own);
    }
    words.set(own, index * STEP_WORDS);
  });
  return { machine, words, steps: steps.length };
}

export class Subject {
  /** One instance serves all scenarios: that it may is a law of its own. */
  private readonly model: Model;
  private readonly trace = new Trace(256);

  constructor(readonly profile: Profile) {
    this.model = profile.create();
  }

  get name(): string {
    return this.profile.name;
  }

  answers(scenario: Case): Answer[] {
    runModel(this.model, encoded(scenario), this.trace);
    const { observations, values } = this.trace;
    return scenario.steps.map((_, step) => ({
      observation: observations[step],
      hi: values[2 * step],
      lo: values[2 * step + 1],
    }));
  }

  /** What the model counted and holds after the scenario that ran last. */
  end(): string {
    return JSON.stringify([this.model.counters(), this.model.state()]);
  }

  ruleId({ observation }: Answer): string {
    return this.profile.rules[ruleOf(observation)]?.id ?? `rule ${ruleOf(observation)}`;
  }

  /** An answer for a reader of a failed law. */
  readable(answer: Answer): string {
    const value = (answer.observation & OUTCOME_MASK) === OK ? ({ kind: 'value', hi: answer.hi, lo: answer.lo } as const) : null;
    return JSON.stringify(observationJson(answer.observation, value, this.ruleId(answer)));
  }
}

export const SUBJECTS: readonly Subject[] = PROFILES.map((profile) => new Subject(profile));

/** Every profile of the registry as a row of `describe.each`. */
export const EVERY_PROFILE = SUBJECTS.map((subject): [string, Subject] => [subject.name, subject]);

/** What the guest sees of an answer: outcome, memory type, value. */
export function seen({ observation, hi, lo }: Answer): string {
  return `${observation & (OUTCOME_MASK | MEMTYPE_MASK)} ${hi} ${lo}`;
}

/** Where two lists of answers differ, in words; empty: they do not. */
export function differences(subject: Subject, expected: readonly Answer[], got: readonly Answer[]): string[] {
  return different(subject, expected, got, ({ observation, hi, lo }) => `${observation} ${hi} ${lo}`);
}

/** As `differences`, in what a view shows of an answer. */
export function different(
  subject: Subject,
  expected: readonly Answer[],
  got: readonly Answer[],
  view: (answer: Answer) => string,
): string[] {
  const wrong: string[] = [];
  for (let step = 0; step < Math.max(expected.length, got.length); step++) {
    const [a, b] = [expected[step], got[step]];
    if (a !== undefined && b !== undefined && (sameAnswer(a, b) || view(a) === view(b))) continue;
    wrong.push(`${step}: ${a && subject.readable(a)}, got ${b && subject.readable(b)}`);
  }
  return wrong;
}

const sameAnswer = (a: Answer, b: Answer) => a.observation === b.observation && a.hi === b.hi && a.lo === b.lo;
