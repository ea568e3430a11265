import { adoptMost } from '../../../harness/minimise/adoption.js';
import { Search } from '../../../harness/minimise/search.js';
import { access, at, driven, matches, scenario, short } from './short-scenario.js';

const ANY = at((step) => step.op === 'access');

describe('A search', () => {
  test('evaluates no candidate twice, not even one refused', () => {
    const search = new Search(scenario([access('0x1')]));
    const refuse = at((step) => matches(step, access('0x1')));
    driven(search.adopt(search.scenario), refuse);
    for (const round of [1, 2]) {
      expect(driven(search.adopt(scenario([access('0x2')])), refuse)).toBe(false);
      expect([round, search.evaluations]).toEqual([round, 2]);
    }
    expect(driven(search.adopt(scenario([access('0x1')])), refuse)).toBe(true);
    expect(search.evaluations).toBe(2);
  });

  test('tells names and origins of one scenario not apart, and machines apart', () => {
    const search = new Search({ ...scenario([access('0x1')]), name: 'a' });
    driven(search.adopt(search.scenario), ANY);
    driven(search.adopt({ ...search.scenario, name: 'b' }), ANY);
    expect([search.evaluations, search.scenario.name]).toEqual([1, 'a']);
    driven(search.adopt(scenario([access('0x1')], { iommu: true })), ANY);
    expect(search.evaluations).toBe(2);
  });

  test.each([
    ['no steps', scenario([])],
    ['a vCPU that the machine has not', { ...scenario([access('0x1', 0, 1)], { vcpus: 2 }), machine: scenario([]).machine }],
    ['a frame beyond MAXPHYADDR', { ...scenario([access('0x1000000')]), machine: scenario([], { maxPhysAddr: 36 }).machine }],
  ])('refuses, without evaluating it, a candidate with %s', (_, candidate) => {
    const search = new Search(scenario([access('0x1')]));
    driven(search.adopt(search.scenario), ANY);
    expect(driven(search.adopt(candidate), () => 0)).toBe(false);
    expect(search.evaluations).toBe(1);
  });

  test('tells equal steps apart that were one object', () => {
    const [step] = scenario([access('0x1')]).steps;
    const search = new Search({ ...scenario([]), steps: [step, step] });
    expect(search.scenario.steps[0]).not.toBe(search.scenario.steps[1]);
  });
});

describe('Adopting most of a list', () => {
  /** Adopts of n items, each a step that stands for itself, those that are not refused. */
  function adopted(items: number, refused: readonly number[]): { left: number[]; evaluations: number } {
    const numbers = Array.from({ length: items }, (_, item) => item);
    const search = new Search(scenario([...numbers.map((item) => access(`0x${item.toString(16)}`)), access('0xfff')]));
    const holds = at(
      (step, before) => step.gfn === '0xfff' && refused.every((item) => before.some(({ gfn }) => Number(gfn) === item)),
    );
    driven(search.adopt(search.scenario), holds);
    driven(
      adoptMost(search, numbers, (from, chosen) => ({
        ...from,
        steps: from.steps.filter((step) => !('gfn' in step && chosen.includes(step.gfn))),
      })),
      holds,
    );
    const { steps } = short(search.scenario) as { steps: { gfn: string }[] };
    return { left: steps.slice(0, -1).map(({ gfn }) => Number(gfn)), evaluations: search.evaluations - 1 };
  }

  test.each([
    [16, [], 1],
    [16, [0], 6],
    [16, [15], 5],
    [16, [3, 4, 12], 15],
    [1, [0], 1],
    [4, [0, 1, 2, 3], 8],
  ])('of %d items leaves exactly the refused %j, in %d evaluations', (items, refused, evaluations) => {
    expect(adopted(items, refused)).toEqual({ left: refused, evaluations });
  });
});
