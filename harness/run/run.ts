/** One model through one scenario, step after step. */
import type { Model } from '../../models/contract/model.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import { runnerOf } from './step-runner.js';
import type { Trace } from './trace.js';

/** Runs the whole scenario on a reset model; what it says is left in `trace`. */
export function runModel(model: Model, scenario: EncodedScenario, trace: Trace): void {
  runSteps(model, scenario, trace, scenario.steps);
}

/** As `runModel`, for the first `steps` steps only. */
export function runSteps(model: Model, scenario: EncodedScenario, trace: Trace, steps: number): void {
  trace.reserve(steps);
  runnerOf(model, trace.broken !== null)(model, scenario.machine, scenario.words, steps, trace);
}
