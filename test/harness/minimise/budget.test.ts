import { minimise, type Predicate } from '../../../harness/minimise/minimise.js';
import type { Scenario } from '../../../harness/scenario/scenario.js';
import { marathons } from './recorded-marathon.js';
import { access, short, wrmsr } from './short-scenario.js';
import { shows, typesOf } from './toy-memory-type.js';

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)];
}

/** The types that an access late in the scenario is the first to have. */
function latestTypes(found: Scenario): { types: string; step: number } {
  const all = typesOf(found);
  const firsts = [...new Set(all)].flatMap((types) => (types === null ? [] : [{ types, step: all.indexOf(types) }]));
  return firsts.reduce((latest, first) => (first.step > latest.step ? first : latest), { types: '', step: -1 });
}

/** Shows at the step by which all of these stood somewhere: nothing but deletion helps, and no guess of what belongs together. */
function allOf(texts: readonly string[]): Predicate {
  return ({ steps }) => {
    const places = texts.map((text) => steps.findIndex((step) => JSON.stringify(step) === text));
    return places.includes(-1) ? -1 : Math.max(...places);
  };
}

describe('Minimising 200 recorded steps', () => {
  const cases = marathons()
    .map((start) => ({ start, ...latestTypes(start) }))
    .filter(({ step }) => step >= 66);
  const results = cases.map(({ start, types }) => minimise(start, shows(types, start.machine.noncoherentDevices > 0)));

  test('takes few evaluations where registers and a stale leaf make the memory type', () => {
    expect(cases.length).toBeGreaterThan(60);
    expect(new Set(cases.map(({ start }) => start.steps.length))).toEqual(new Set([200]));
    const evaluations = results.map((result) => result.evaluations);
    const certifying = results.map((result) => result.certifying);
    expect(quantile(evaluations, 0.5)).toBeLessThanOrEqual(40);
    expect(quantile(evaluations, 0.9)).toBeLessThanOrEqual(80);
    expect(quantile(certifying, 0.5)).toBeLessThanOrEqual(30);
  });

  test('leaves a few steps of plain values', () => {
    const sizes = results.map(({ scenario }) => scenario.steps.length);
    expect(quantile(sizes, 0.5)).toBeLessThanOrEqual(4);
    expect(quantile(sizes, 0.9)).toBeLessThanOrEqual(7);
    const stale = cases.findIndex(({ types }) => types === '0 6 6');
    expect(short(results[stale].scenario)).toMatchObject({ steps: [access('0x0'), wrmsr('0x2ff', '0x806'), access('0x0')] });
  });

  test.each([
    [3, 40],
    [4, 55],
    [5, 70],
    [6, 85],
  ])('finds any %d steps that share nothing in at most %d evaluations (median)', (needed, most) => {
    const { machine, steps } = marathons()[5];
    const texts = [...new Set(steps.map((step) => JSON.stringify(step)))];
    const start = { machine, steps: texts.map((text) => JSON.parse(text)) };
    expect(texts.length).toBeGreaterThan(100);
    const evaluations = Array.from({ length: 15 }, (_, round) => {
      const chosen = Array.from(
        { length: needed },
        (__, index) => texts[(37 * (round + 1) * (index + 1) + 17 * index) % texts.length],
      );
      return minimise(start, allOf(chosen)).evaluations;
    });
    expect(quantile(evaluations, 0.5)).toBeLessThanOrEqual(most);
  });
});
