/** Pass: one field of all steps at once at its simplest value. */
import type { Operation } from '../../models/contract/operation.js';
import { simplerSteps } from '../operations/step-codec.js';
import type { Scenario } from '../scenario/scenario.js';
import { adoptMostEdits } from './adoption.js';
import type { Search, Trial } from './search.js';

/** Fields that passes of their own simplify: their simplest value is seldom the one that a reader wants. */
const ELSEWHERE: readonly string[] = ['vcpu', 'msr', 'value', 'gfn'];

export function* simplestColumns(search: Search): Trial<void> {
  const keys = new Set(search.scenario.steps.flatMap((step) => [...simplerSteps(step)].map(({ key }) => key)));
  const columns = [...keys].filter((key) => !ELSEWHERE.includes(key));
  yield* adoptMostEdits(
    search,
    columns.map((key) => (scenario) => withSimplest(scenario, key)),
  );
}

function withSimplest(scenario: Scenario, key: string): Scenario {
  return { ...scenario, steps: scenario.steps.map((step) => simplest(step, key)) };
}

function simplest(step: Operation, key: string): Operation {
  for (const simpler of simplerSteps(step)) if (simpler.key === key) return simpler.step;
  return step;
}
