/**
 * The earlier steps that set what a rule read: a set of steps that suffices for the same answer by the same rule and of which none can
 * be spared. Found by leaving steps out, oldest first, so that of two writers of one register the later is named.
 */
import type { Model } from '../../models/contract/model.js';
import type { GuestSession } from '../run/guest-session.js';
import { runModel } from '../run/run.js';
import { Trace } from '../run/trace.js';
import { encodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';

/** Indices of the steps before `step` that its answer needs, in order. */
export function stepsBehind(model: Model, scenario: Scenario, step: number, guest: GuestSession | null = null): number[] {
  const wanted = answerAt(model, scenario, [...Array(step).keys()], step, guest);
  let needed = [...Array(step).keys()];
  for (let length = Math.max(1, needed.length >> 1); ; length = Math.floor(length / 2)) {
    const size = Math.max(1, length);
    for (let from = 0; from < needed.length; ) {
      const without = [...needed.slice(0, from), ...needed.slice(from + size)];
      if (answerAt(model, scenario, without, step, guest) === wanted) needed = without;
      else from += size;
    }
    if (size === 1) return needed;
  }
}

/** The answer with its rule and value, when only some of the earlier steps run. */
export function answerAt(
  model: Model,
  scenario: Scenario,
  earlier: readonly number[],
  step: number,
  guest: GuestSession | null = null,
): string {
  const steps = [...earlier, step].map((index) => scenario.steps[index]);
  const trace = new Trace(steps.length);
  runModel(model, encodeScenario({ machine: scenario.machine, steps }), trace, guest);
  const last = steps.length - 1;
  return `${trace.observations[last]} ${trace.values[2 * last]} ${trace.values[2 * last + 1]}`;
}
