/** The readable lane: a model's whole answer to a scenario as the scenario format's JSON. */
import type { Counters, Profile } from '../../models/contract/model.js';
import { ruleOf } from '../../models/contract/observation.js';
import { besideOf } from '../operations/beside.js';
import { encodeScenario } from '../scenario/encoded.js';
import { type ObservationJson, observationJson } from '../scenario/observation-json.js';
import type { Scenario } from '../scenario/scenario.js';
import { guestSessionOf } from './guest-session.js';
import { runModel } from './run.js';
import { Trace } from './trace.js';

export interface Answer {
  readonly observations: readonly ObservationJson[];
  readonly counters: Counters;
}

/** Runs a profile's model, a fresh one by default. `withRules` adds the id of each deciding rule. */
export function answerOf(profile: Profile, scenario: Scenario, withRules = true, model = profile.create()): Answer {
  const trace = new Trace(scenario.steps.length);
  runModel(model, encodeScenario(scenario), trace, guestSessionOf(profile));
  return { observations: readable(profile, scenario, trace, withRules), counters: model.counters() };
}

/** The observations of a trace in JSON. */
export function readable(profile: Pick<Profile, 'rules'>, scenario: Scenario, trace: Trace, withRules: boolean): ObservationJson[] {
  return scenario.steps.map((step, index) => {
    const observation = trace.observations[index];
    const beside = besideOf(step, observation, trace.values[2 * index], trace.values[2 * index + 1]);
    return observationJson(observation, beside, withRules ? profile.rules[ruleOf(observation)]?.id : undefined);
  });
}

/** The state that a profile's fresh model holds after the first `steps` steps. */
export function stateAfter(profile: Profile, scenario: Scenario, steps: number): Readonly<Record<string, unknown>> {
  const model = profile.create();
  const encoded = encodeScenario({ machine: scenario.machine, steps: scenario.steps.slice(0, steps) });
  runModel(model, encoded, new Trace(steps), guestSessionOf(profile));
  return model.state();
}
