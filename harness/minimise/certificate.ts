/** One-minimality: every single simplification is tried until none is left that keeps what must be kept. */
import type { Machine } from '../../models/contract/machine.js';
import { simplerSteps } from '../operations/step-codec.js';
import { MACHINE_KEYS } from '../scenario/machine-keys.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Search, Trial } from './search.js';
import { withoutSteps, withStep } from './steps.js';

/** @throws {Error} if the predicate broke its promise: the steps after the one that it named mattered after all. */
export function* certify(search: Search): Trial<void> {
  let before: Scenario;
  do {
    before = search.scenario;
    yield* tryEverySingle(search);
  } while (search.scenario !== before);
  if (!(yield* search.isConfirmed())) throw new Error('minimise: the predicate depends on steps after the one that it names');
}

/** Each candidate is made from the scenario kept by then; those of a round without success are all the neighbours of one scenario. */
function* tryEverySingle(search: Search): Trial<void> {
  for (const step of search.scenario.steps.toReversed()) yield* search.adopt(withoutSteps(search.scenario, [step]));
  for (const name of Object.keys(MACHINE_KEYS)) {
    yield* oneByOne(search, ({ machine }) =>
      simplerMachines(machine, name).map((simpler) => ({ ...search.scenario, machine: simpler })),
    );
  }
  for (let index = 0; index < search.scenario.steps.length; index++)
    yield* oneByOne(search, ({ steps }) =>
      index < steps.length ? [...simplerSteps(steps[index])].map(({ step }) => withStep(search.scenario, index, step)) : [],
    );
}

/** Goes through a list that each success makes anew, without starting over: what was refused before is tried again in the next round. */
function* oneByOne(search: Search, candidates: (scenario: Scenario) => Scenario[]): Trial<void> {
  let list = candidates(search.scenario);
  for (let place = 0; place < list.length; ) {
    const before = search.scenario;
    if (!(yield* search.adopt(list[place])) || search.scenario === before) place++;
    else list = candidates(search.scenario);
  }
}

function simplerMachines(machine: Machine, name: string): Machine[] {
  const key = MACHINE_KEYS[name];
  const value = key.get(machine);
  return [key.default(machine), ...key.simpler(value, machine)]
    .filter((simpler) => !key.same(simpler, value))
    .map((simpler) => key.set(machine, simpler) as Machine);
}
