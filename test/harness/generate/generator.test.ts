import fc from 'fast-check';
import { scenarioArbitrary } from '../../../harness/generate/arbitrary.js';
import { campaignKey } from '../../../harness/generate/campaign-key.js';
import { Generator } from '../../../harness/generate/generator.js';
import { OPERATION_NAMES } from '../../../harness/operations/registry.js';
import { decodeScenario, encodeScenario } from '../../../harness/scenario/encoded.js';
import { parseScenario } from '../../../harness/scenario/parse.js';
import { printScenario } from '../../../harness/scenario/print.js';
import { BACKING_NAMES } from '../../../models/contract/machine.js';

const key = campaignKey('a test');
const cases = (count: number, generator = new Generator()) =>
  Array.from({ length: count }, (_, index) => decodeScenario(generator.generate(key, index)));

describe('The generator', () => {
  test('makes case i a function of seed and i alone, in whatever order the cases are asked for', () => {
    const forward = cases(300).map(printScenario);
    const generator = new Generator();
    for (let index = 299; index >= 0; index--)
      expect(printScenario(decodeScenario(generator.generate(key, index)))).toBe(forward[index]);
  });

  test('draws only scenarios that the parser accepts', () => {
    for (const scenario of cases(400)) expect(parseScenario(printScenario(scenario), 'generated')).toEqual(scenario);
  });

  test('draws every operation, every backing, every level, and more than one vCPU', () => {
    const drawn = cases(3000);
    // Those that not every panel draws: feature-set.test.ts.
    const before = OPERATION_NAMES.slice(0, OPERATION_NAMES.indexOf('write-vmcb12'));
    expect(new Set(drawn.flatMap(({ steps }) => steps.map(({ op }) => op)))).toEqual(new Set(before));
    const regions = drawn.flatMap(({ machine }) => machine.regions);
    expect(new Set(regions.map(({ backing }) => backing)).size).toBe(BACKING_NAMES.length);
    expect(new Set(regions.map(({ level }) => level))).toEqual(new Set([1, 2, 3]));
    expect(drawn.filter(({ machine }) => machine.vcpus > 1).length).toBeGreaterThan(1000);
  });

  test('leaves out accesses that the backing does not permit', () => {
    const refused: unknown[] = [];
    for (const { machine, steps } of cases(2000)) {
      let regions = machine.regions.map(({ gfn, pages, backing }) => ({ gfn, pages, backing }));
      for (const step of steps) {
        if (step.op === 'set-backing') regions = [step, ...regions];
        if (step.op !== 'access') continue;
        const region = regions.find(({ gfn, pages }) => step.gfn >= gfn && step.gfn < gfn + pages);
        const backing = region === undefined ? '' : BACKING_NAMES[region.backing];
        if (backing === 'device-ro' && step.kind === 1) refused.push(step);
        if ((backing === 'grant' || backing === 'foreign') && step.kind === 2) refused.push(step);
      }
    }
    expect(refused).toEqual([]);
  });

  test('starts a quarter of the cases from the set-ups it is given', () => {
    const setup = parseScenario(
      '{"format":"emtdiff-scenario/1","machine":{"maxPhysAddr":41},"steps":[{"op":"write-msr","vcpu":0,"msr":"0x2ff","value":"0xc06"},{"op":"access","vcpu":0,"gfn":"0xabc","kind":"read","pat":3}]}',
      'setup',
    );
    const drawn = cases(800, new Generator({ setups: [encodeScenario(setup)] })).filter(
      ({ machine }) => machine.maxPhysAddr === 41,
    );
    expect(drawn.length).toBeGreaterThan(150);
    expect(drawn.length).toBeLessThan(250);
    expect(drawn.filter(({ steps }) => JSON.stringify(steps.slice(0, 2)) === JSON.stringify(setup.steps)).length).toBeGreaterThan(
      100,
    );
  });

  test('turns a text seed into a key that is pinned', () => {
    expect(campaignKey('nightly-2026-11-21')).toEqual({ hi: -624120480, lo: 2064396673 });
  });
});

describe('The arbitrary', () => {
  test('replays 300 failing seeds of fast-check exactly', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const seen: string[] = [];
      const property = fc.property(scenarioArbitrary(), (scenario) => {
        seen.push(printScenario(scenario));
        return seen.length < 3;
      });
      const { counterexamplePath: path, counterexample } = fc.check(property, { seed, endOnFailure: true, numRuns: 5 });
      const replay = fc.check(
        fc.property(scenarioArbitrary(), (scenario) => printScenario(scenario) !== seen[2]),
        { seed, path: path ?? '', endOnFailure: true },
      );
      expect(replay.failed).toBe(true);
      expect(replay.counterexample).toEqual(counterexample);
    }
  });

  test('shrinks to the one step and the few bits that a property is about', () => {
    const property = fc.property(
      scenarioArbitrary(),
      ({ steps }) => !steps.some((step) => step.op === 'write-msr' && step.msr === 0x2ff && (step.value.lo & 0xc00) === 0xc00),
    );
    const { counterexample } = fc.check(property, { seed: 7, numRuns: 1000 });
    expect(counterexample?.[0].steps).toEqual([{ op: 'write-msr', vcpu: 0, msr: 0x2ff, value: { hi: 0, lo: 0xc00 } }]);
    expect(counterexample?.[0].machine.vcpus).toBe(1);
  });
});
