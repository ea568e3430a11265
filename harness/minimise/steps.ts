/** Pass: drop steps, whatever they are. */
import type { Operation } from '../../models/contract/operation.js';
import type { Scenario } from '../scenario/scenario.js';
import { adoptMost } from './adoption.js';
import type { Search, Trial } from './search.js';

/** Above this many the pairs are too many to try. */
const MOST_FOR_TWO = 6;

/** From the end: what shows late was mostly set up late. The last step shows it and stays. */
export function* dropSteps(search: Search): Trial<void> {
  yield* adoptMost(search, search.scenario.steps.slice(0, -1).reverse(), withoutSteps);
}

/** Pass: steps that can only go two at a time, such as a change and its undoing. */
export function* dropTwoSteps(search: Search): Trial<void> {
  const steps = search.scenario.steps.slice(0, -1);
  if (steps.length > MOST_FOR_TWO) return;
  for (let later = steps.length - 1; later > 0; later--) {
    for (let earlier = later - 1; earlier >= 0; earlier--) {
      if (yield* search.adopt(withoutSteps(search.scenario, [steps[earlier], steps[later]]))) return yield* dropTwoSteps(search);
    }
  }
}

export function withoutSteps(scenario: Scenario, dropped: readonly Operation[]): Scenario {
  const gone = new Set(dropped);
  return { ...scenario, steps: scenario.steps.filter((step) => !gone.has(step)) };
}

export function withStep(scenario: Scenario, index: number, step: Operation): Scenario {
  return { ...scenario, steps: scenario.steps.with(index, step) };
}
