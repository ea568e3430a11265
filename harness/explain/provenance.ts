/**
 * The earlier steps that an answer goes back to: with these alone the model gives the same answer by the same rule, none of them can be
 * spared, and no step that is left out changes the answer when it is put back. Without the last a leaf that another step built would
 * count for nothing wherever the access could have built one like it.
 */
import type { Model } from '../../models/contract/model.js';
import type { GuestSession } from '../run/guest-session.js';
import { runModel } from '../run/run.js';
import { Trace } from '../run/trace.js';
import { encodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';

/**
 * Indices of the steps before `step` that its answer goes back to, in order. Found by leaving steps out, oldest first, so that of two
 * writers of one register the later is named.
 */
export function stepsBehind(model: Model, scenario: Scenario, step: number, guest: GuestSession | null = null): number[] {
  const all = [...Array(step).keys()];
  const answer = answers(model, scenario, step, guest);
  const wanted = answer(all);
  const explains = (kept: readonly number[]) =>
    answer(kept) === wanted && all.every((index) => kept.includes(index) || answer(withStep(kept, index)) === wanted);
  let needed = all;
  for (let size = Math.max(1, needed.length >> 1), before = all; ; size = Math.max(1, size >> 1), before = needed) {
    for (let from = 0; from < needed.length; ) {
      const without = [...needed.slice(0, from), ...needed.slice(from + size)];
      if (explains(without)) needed = without;
      else from += size;
    }
    // What could not be spared may be when another step is gone.
    if (size === 1 && needed.length === before.length) return needed;
  }
}

function withStep(kept: readonly number[], index: number): number[] {
  return [...kept, index].sort((a, b) => a - b);
}

/** The answer with its rule and value, when only some of the earlier steps run; the same ones are asked for again and again. */
function answers(
  model: Model,
  { machine, steps }: Scenario,
  step: number,
  guest: GuestSession | null,
): (earlier: readonly number[]) => string {
  const known = new Map<string, string>();
  return (earlier) => {
    const key = earlier.join();
    const found = known.get(key) ?? lastAnswer(model, { machine, steps: [...earlier, step].map((index) => steps[index]) }, guest);
    known.set(key, found);
    return found;
  };
}

function lastAnswer(model: Model, scenario: Scenario, guest: GuestSession | null): string {
  const trace = new Trace(scenario.steps.length);
  runModel(model, encodeScenario(scenario), trace, guest);
  const last = scenario.steps.length - 1;
  return `${trace.observations[last]} ${trace.values[2 * last]} ${trace.values[2 * last + 1]}`;
}
