/** A scenario followed step by step through one model: what it answered, and what each step cost. */
import type { Counters, Model, Profile } from '../../models/contract/model.js';
import { HOST_FATAL, NOT_APPLICABLE, type Observation, outcomeOf, plain, VM_DEAD } from '../../models/contract/observation.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { runnerOf } from '../run/step-runner.js';
import { Trace } from '../run/trace.js';
import { encodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';

export interface FollowedStep {
  /** As the model packed it, its rule included. */
  readonly observation: Observation;
  readonly hi: number;
  readonly lo: number;
  /** Counters that this step raised: `zaps 2`, names in their order. */
  readonly cost: readonly string[];
  /** Invariants that do not hold after the step and held before it, one bit each. */
  readonly broken: number;
}

/** After the host or the VM broke nothing is asked any more. */
const NOTHING_AFTER: FollowedStep = { observation: plain(NOT_APPLICABLE, 0), hi: 0, lo: 0, cost: [], broken: 0 };

export class FollowedRun {
  private readonly model: Model;
  private readonly trace: Trace;

  constructor(profile: Profile) {
    this.model = profile.create();
    this.trace = new Trace(1, profile.invariants === undefined ? null : 0);
  }

  /** Every step of the scenario, until the host or the VM broke. */
  steps(scenario: Scenario): FollowedStep[] {
    const { model, trace } = this;
    const { words, machine } = encodeScenario(scenario);
    const run = runnerOf(model, trace.broken !== null);
    model.reset(machine);
    let before = model.counters();
    let brokenBefore = 0;
    let isOver = false;
    return scenario.steps.map((_, step) => {
      if (isOver) return NOTHING_AFTER;
      run(model, null, words.subarray(step * STEP_WORDS, (step + 1) * STEP_WORDS), 1, trace);
      const after = model.counters();
      const cost = costOf(before, after);
      before = after;
      const violated = trace.broken === null ? 0 : trace.broken[0];
      const broken = violated & ~brokenBefore;
      brokenBefore = violated;
      const outcome = outcomeOf(trace.observations[0]);
      isOver = outcome === HOST_FATAL || outcome === VM_DEAD;
      return { observation: trace.observations[0], hi: trace.values[0], lo: trace.values[1], cost, broken };
    });
  }
}

/** More than this is told as `many`. */
const MANY = 2;

function costOf(before: Counters, after: Counters): string[] {
  return Object.entries(after).flatMap(([name, count]) => {
    const more = (count ?? 0) - (before[name as keyof Counters] ?? 0);
    return more === 0 ? [] : [`${name} ${more > MANY ? 'many' : more}`];
  });
}
