/** One corpus of many: one regression a bucket, the smallest witness wins; the order of what is merged makes no difference. */
import { UsageError } from '../operations/usage-error.js';
import { oneLine, printScenario } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';
import { type Expected, printRegression, type Regression, scenarioKey } from './regression.js';

/** Negative if the first is the smaller witness: fewer steps, then less text, then by the text. */
export function bySize(a: Scenario, b: Scenario): number {
  const [textA, textB] = [scenarioKey(a), scenarioKey(b)];
  return a.steps.length - b.steps.length || textA.length - textB.length || (textA < textB ? -1 : textA > textB ? 1 : 0);
}

/** What a corpus holds one of: the bucket, or without one the scenario. */
export function corpusKey({ bucket, scenario }: Regression): string {
  return bucket ?? scenarioKey(scenario);
}

/** Sorted by name. @throws {UsageError} where two expect different answers to one scenario, or different witnesses have one name */
export function merged(regressions: readonly Regression[]): Regression[] {
  const kept = new Map<string, Regression>();
  for (const regression of regressions) {
    const key = corpusKey(regression);
    const other = kept.get(key);
    kept.set(key, other === undefined ? regression : smaller(other, regression));
  }
  const sorted = [...kept.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  sorted.forEach(({ name }, index) => {
    if (name === sorted[index + 1]?.name)
      throw new UsageError(`found two regressions ${JSON.stringify(name)} with different buckets, expected names that differ`);
  });
  return sorted;
}

function smaller(a: Regression, b: Regression): Regression {
  const order = bySize(a.scenario, b.scenario);
  if (order !== 0) return order < 0 ? a : b;
  const [first, second] = [a, b].sort((x, y) => (x.name === y.name ? compareTexts(x, y) : x.name < y.name ? -1 : 1));
  return { ...second, ...first, expected: united(first, second) };
}

function compareTexts(a: Regression, b: Regression): number {
  return printRegression(a) < printRegression(b) ? -1 : 1;
}

/** Both know the scenario: profiles of either, by name. */
function united(a: Regression, b: Regression): Expected {
  const names = [...new Set([...Object.keys(a.expected), ...Object.keys(b.expected)])];
  const same = names.every((name) => Object.keys(a.expected).includes(name) && Object.keys(b.expected).includes(name));
  for (const name of names) {
    const [mine, theirs] = [a.expected[name], b.expected[name]];
    if (mine !== undefined && theirs !== undefined && oneLine(mine) !== oneLine(theirs))
      throw new UsageError(
        `found two regressions of ${JSON.stringify(a.name)} with different answers of ${name}, expected one (see emtdiff regress):\n${printScenario(a.scenario)}`,
      );
  }
  if (same) return a.expected;
  return Object.fromEntries(names.sort().map((name) => [name, a.expected[name] ?? b.expected[name]]));
}
