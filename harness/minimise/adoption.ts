/** Adopting as many of a list of simplifications as can be, in few evaluations. */
import type { Scenario } from '../scenario/scenario.js';
import type { Search, Trial } from './search.js';

/** The scenario with all the chosen simplifications made. */
export type Apply<T> = (scenario: Scenario, chosen: readonly T[]) => Scenario;

/** One simplification, as a function of the scenario kept so far. */
export type Edit = (scenario: Scenario) => Scenario;

/**
 * Tries everything first; where that fails, finds by bisection the first item that cannot be adopted, leaves it out, and tries
 * everything after it. With few such items among n this takes about log2(n) + 1 evaluations for each of them.
 */
export function* adoptMost<T>(search: Search, items: readonly T[], apply: Apply<T>): Trial<void> {
  let from = 0;
  while (from < items.length && !(yield* search.adopt(apply(search.scenario, items.slice(from))))) {
    let refused = items.length;
    while (refused - from > 1) {
      const middle = (from + refused) >> 1;
      if (yield* search.adopt(apply(search.scenario, items.slice(from, middle)))) from = middle;
      else refused = middle;
    }
    from++;
  }
}

export function* adoptMostEdits(search: Search, edits: readonly Edit[]): Trial<void> {
  yield* adoptMost(search, edits, (scenario, chosen) => chosen.reduce((edited, edit) => edit(edited), scenario));
}

/** Adopts the first of the candidates that can be. */
export function* adoptFirst(search: Search, candidates: Iterable<Scenario>): Trial<boolean> {
  for (const candidate of candidates) if (yield* search.adopt(candidate)) return true;
  return false;
}
