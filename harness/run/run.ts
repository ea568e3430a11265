/** One model through one scenario, step after step. */
import type { Model } from '../../models/contract/model.js';
import { HOST_FATAL, NOT_APPLICABLE, OK, OUTCOME_MASK, plain, VM_DEAD } from '../../models/contract/observation.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { codeOf, SPECS } from '../operations/registry.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { Trace } from './trace.js';

const READ_MSR = codeOf('read-msr');
const APPLY = SPECS.map((spec) => spec.apply);
/** After the host or the VM broke nothing is asked any more. */
const NOTHING_AFTER = plain(NOT_APPLICABLE, 0);

/** Runs the whole scenario on a reset model; what it says is left in `trace`. */
export function runModel(model: Model, scenario: EncodedScenario, trace: Trace): void {
  runSteps(model, scenario, trace, scenario.steps);
}

/** As `runModel`, for the first `steps` steps only. */
export function runSteps(model: Model, scenario: EncodedScenario, trace: Trace, steps: number): void {
  const { words } = scenario;
  trace.reserve(steps);
  const { observations, values } = trace;
  model.reset(scenario.machine);
  for (let step = 0, at = 0; step < steps; step++, at += STEP_WORDS) {
    const code = words[at];
    const observation = APPLY[code](model, words, at);
    observations[step] = observation;
    const outcome = observation & OUTCOME_MASK;
    const isValue = code === READ_MSR && outcome === OK;
    values[2 * step] = isValue ? model.valueHi : 0;
    values[2 * step + 1] = isValue ? model.valueLo : 0;
    if (outcome === HOST_FATAL || outcome === VM_DEAD) {
      observations.fill(NOTHING_AFTER, step + 1, steps);
      values.fill(0, 2 * step + 2, 2 * steps);
      return;
    }
  }
}
