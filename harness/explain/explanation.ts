/** Why each model answered a step as it did. */
import type { Model, Profile, State } from '../../models/contract/model.js';
import { ruleOf } from '../../models/contract/observation.js';
import type { Rule } from '../../models/contract/rule.js';
import { guestSessionOf } from '../run/guest-session.js';
import { stateAfter } from '../run/readable.js';
import { type StepNotes, stepNotes } from '../run/step-notes.js';
import { runModel } from '../run/run.js';
import { Trace } from '../run/trace.js';
import { encodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import { stepsBehind } from './provenance.js';

export interface Explanation extends StepNotes {
  readonly profile: string;
  readonly rule: Rule | null;
  /** What else took part. */
  readonly clauses: readonly Rule[];
  /** Earlier steps that set what the rule read. */
  readonly behind: readonly number[];
  /** What the model holds after the step. */
  readonly state: State;
}

/** @throws what the model throws: a defect of ours. */
export function explanationOf(profile: Profile, scenario: Scenario, step: number): Explanation {
  const model: Model = profile.create();
  const trace = new Trace(step + 1);
  const upTo = { machine: scenario.machine, steps: scenario.steps.slice(0, step + 1) };
  const guest = guestSessionOf(profile);
  runModel(model, encodeScenario(upTo), trace, guest);
  const rule = profile.rules[ruleOf(trace.observations[step])] ?? null;
  return {
    profile: profile.name,
    rule,
    clauses: rule?.clauses ?? [],
    ...stepNotes(profile, upTo)[step],
    behind: stepsBehind(model, scenario, step, guest),
    state: stateAfter(profile, scenario, step + 1),
  };
}
