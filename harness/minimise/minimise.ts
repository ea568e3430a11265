/** From a scenario that shows something to the smallest that still shows it: one pass after the other, then the certificate. */
import type { Scenario } from '../scenario/scenario.js';
import { certify } from './certificate.js';
import { simplestColumns } from './columns.js';
import { firstFixedRange } from './fixed-ranges.js';
import { flattenRanges } from './flat-map.js';
import { dropKinds } from './kinds.js';
import { simplifyLayout } from './layout.js';
import { resetMachine } from './machine.js';
import { usualOrder } from './order.js';
import { narrowRanges } from './page-ranges.js';
import { firstPatEntry } from './pat-entries.js';
import { widenRanges } from './ranges.js';
import { simplifyValues } from './register-values.js';
import { Search, type Trial } from './search.js';
import { sliceSteps } from './slices.js';
import { startLater } from './starting-state.js';
import { dropSteps, dropTwoSteps } from './steps.js';
import { lowPairs } from './variable-pairs.js';
import { fewerVcpus } from './vcpus.js';

/** Index of the first step at which what must be kept shows, or -1: the candidate lost it. Steps after that one do not matter to it. */
export type Predicate = (candidate: Scenario) => number;

export interface Minimised {
  readonly scenario: Scenario;
  /** Candidates evaluated before certifying, the given scenario included. */
  readonly evaluations: number;
  /** Candidates evaluated to certify that the scenario is one-minimal. */
  readonly certifying: number;
}

type Pass = (search: Search) => Trial<unknown>;

/** Fewest steps first; then the machine; then names and values, while the steps are few. */
const PASSES: readonly Pass[] = [
  sliceSteps,
  dropKinds,
  dropSteps,
  flattenRanges,
  startLater,
  dropTwoSteps,
  resetMachine,
  fewerVcpus,
  simplestColumns,
  lowPairs,
  firstPatEntry,
  firstFixedRange,
  usualOrder,
  widenRanges,
  simplifyValues,
  narrowRanges,
  simplifyLayout,
];

/**
 * The smallest scenario for which `holds` still finds what it looks for. It is one-minimal: removing any step, resetting any machine
 * key or making it simpler, and replacing any field of a step by any of its next simpler values loses it.
 * @throws {Error} if the scenario does not show it to begin with: a defect of the caller.
 */
export function minimise(scenario: Scenario, holds: Predicate): Minimised {
  const work = minimisation(scenario);
  let next = work.next();
  while (!next.done) next = work.next(holds(next.value));
  return next.value;
}

/** As `minimise`, for predicates that take their time: yields each candidate and is resumed with what a `Predicate` answers. */
export function* minimisation(scenario: Scenario): Trial<Minimised> {
  const search = new Search(scenario);
  if (!(yield* search.adopt(search.scenario))) throw new Error('minimise: the scenario does not show what is to be kept');
  for (const pass of PASSES) yield* pass(search);
  const { evaluations } = search;
  yield* certify(search);
  return { scenario: search.scenario, evaluations, certifying: search.evaluations - evaluations };
}
