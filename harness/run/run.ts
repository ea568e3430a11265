/** One model through one scenario, step after step. */
import type { Model } from '../../models/contract/model.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { GuestSession } from './guest-session.js';
import { runnerOf } from './step-runner.js';
import type { Trace } from './trace.js';

/** Resets the model and runs the whole scenario; what it says is left in `trace`. @param guest who resolves `request` steps */
export function runModel(model: Model, scenario: EncodedScenario, trace: Trace, guest: GuestSession | null = null): void {
  trace.reserve(scenario.steps);
  runnerOf(model, trace.broken !== null)(model, scenario.machine, scenario.words, scenario.steps, trace, guest);
}
