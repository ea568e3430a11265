import fc from 'fast-check';
import { scenarioArbitrary } from '../../../harness/generate/arbitrary.js';
import { minimise, type Predicate } from '../../../harness/minimise/minimise.js';
import { simplerSteps } from '../../../harness/operations/step-codec.js';
import { fits } from '../../../harness/scenario/fits.js';
import { MACHINE_KEYS } from '../../../harness/scenario/machine-keys.js';
import { parseScenario } from '../../../harness/scenario/parse.js';
import { printScenario } from '../../../harness/scenario/print.js';
import type { Scenario } from '../../../harness/scenario/scenario.js';
import type { Machine } from '../../../models/contract/machine.js';
import type { Operation } from '../../../models/contract/operation.js';
import { access, at, has, scenario, short, wrmsr } from './short-scenario.js';

/** What a synthetic predicate asks of one step: its operation, and of its fields those it does not leave open. */
type Wanted = (step: Operation) => boolean;

/** Shows where the wanted steps stand in this order, the last of them at the step named. */
function inOrder(wanted: readonly Wanted[], machineHas: (machine: Machine) => boolean): Predicate {
  return ({ machine, steps }) => {
    if (!machineHas(machine)) return -1;
    let found = 0;
    return steps.findIndex((step) => {
      if (wanted[found](step)) found++;
      return found === wanted.length;
    });
  };
}

/** A few steps of the scenario, wanted as they are, or by operation and some bits of the value, or by operation alone. */
function wantedOf(start: Scenario, places: readonly number[], how: number): Wanted[] {
  const chosen = [...new Set(places.map((place) => place % start.steps.length))].sort((a, b) => a - b);
  return chosen.map((place) => {
    const step = start.steps[place];
    const text = JSON.stringify(step);
    if (how % 3 === 0) return (other) => JSON.stringify(other) === text;
    if (step.op === 'write-msr' && how % 3 === 1) {
      const bits = step.value.lo & (how | 1);
      return (other) => other.op === 'write-msr' && (other.value.lo & bits) === bits;
    }
    if ('gfn' in step && how % 3 === 1) return (other) => 'gfn' in other && other.gfn >= step.gfn % (how + 1);
    return (other) => other.op === step.op;
  });
}

/** One key of the machine as it was. */
function condition(start: Scenario, key: number): (machine: Machine) => boolean {
  const name = Object.keys(MACHINE_KEYS)[key % Object.keys(MACHINE_KEYS).length];
  const { get, same } = MACHINE_KEYS[name];
  return (machine) => same(get(machine), get(start.machine));
}

const cases = fc
  .record({
    start: scenarioArbitrary(),
    places: fc.array(fc.nat(200), { minLength: 1, maxLength: 4 }),
    how: fc.nat(1000),
    key: fc.option(fc.nat(40)),
    parity: fc.boolean(),
  })
  .map(({ start, places, how, key, parity }) => {
    const holds = inOrder(wantedOf(start, places, how), key === null ? () => true : condition(start, key));
    // Not monotone: dropping one access loses it, dropping two does not.
    const odd: Predicate = (candidate) => {
      const shows = holds(candidate);
      const accesses = candidate.steps.slice(0, shows + 1).filter(({ op }) => op === 'access').length;
      return shows >= 0 && accesses % 2 === 1 ? shows : -1;
    };
    return { start, holds: parity && odd(start) >= 0 ? odd : holds };
  });

/** Every scenario that differs in one way that is simpler, written down again from docs/scenario-format.md and the operations' files. */
function neighbours({ machine, steps }: Scenario): Scenario[] {
  const shorter = steps.map((_, index) => ({ machine, steps: steps.filter((__, other) => other !== index) }));
  const plainer = Object.values(MACHINE_KEYS).flatMap((key) => {
    const value = key.get(machine);
    const simpler = [key.default(machine), ...key.simpler(value, machine)].filter((other) => !key.same(other, value));
    return simpler.map((other) => ({ machine: key.set(machine, other) as Machine, steps }));
  });
  const simpler = steps.flatMap((step, index) =>
    [...simplerSteps(step)].map((other) => ({ machine, steps: steps.with(index, other.step) })),
  );
  return [...shorter, ...plainer, ...simpler].filter((candidate) => fits(candidate) && candidate.steps.length > 0);
}

describe('A minimised scenario', () => {
  test('still shows, at its last step, and no neighbour that is simpler in one way does', () => {
    fc.assert(
      fc.property(cases, ({ start, holds }) => {
        const { scenario: minimal } = minimise(start, holds);
        expect(holds(minimal)).toBe(minimal.steps.length - 1);
        for (const neighbour of neighbours(minimal)) expect(holds(neighbour)).toBe(-1);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test('comes out the same twice, in as many evaluations as it says, none of them of an equal or an invalid scenario', () => {
    fc.assert(
      fc.property(cases, ({ start, holds }) => {
        const texts: string[] = [];
        const counted: Predicate = (candidate) => {
          texts.push(printScenario({ machine: candidate.machine, steps: candidate.steps }));
          return holds(candidate);
        };
        const first = minimise(start, counted);
        expect(first.evaluations + first.certifying).toBe(texts.length);
        expect(new Set(texts).size).toBe(texts.length);
        for (const text of texts) expect(() => parseScenario(text, 'candidate')).not.toThrow();
        expect(minimise(start, holds)).toEqual(first);
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  test('keeps its name and its origin', () => {
    const start = { ...scenario([access('0x0'), access('0x1')]), name: 'n', origin: 'o' };
    expect(
      short(
        minimise(
          start,
          at((step) => step.op === 'access'),
        ).scenario,
      ),
    ).toEqual({ name: 'n', origin: 'o', steps: [access('0x0')] });
  });

  test('is what one would paste in a mail: low pairs and vCPUs, round frames, the default machine', () => {
    const start = scenario(
      [
        wrmsr('0x277', '0x7010600070106', 2),
        wrmsr('0x20a', '0x80000001', 2),
        wrmsr('0x20b', '0xff80000800', 2),
        wrmsr('0x2ff', '0xc06', 2),
        access('0x80123', 0, 1),
        access('0x80123', 5, 2),
      ],
      { vcpus: 4, maxPhysAddr: 40, iommu: true, noncoherentDevices: 1 },
    );
    const rangeMatters = at((step, before, machine) => {
      const own = before.filter(({ op, vcpu }) => op === 'write-msr' && vcpu === step.vcpu);
      const base = own.find(({ msr, value }) => Number(msr) < 0x210 && Number(value) % 0x100 === 1);
      const mask = own.some(({ msr }) => Number(msr) === Number(base?.msr) + 1);
      return step.op === 'access' && mask && has(before, { op: 'access' }) && machine.noncoherentDevices === 1;
    });
    expect(short(minimise(start, rangeMatters).scenario)).toEqual({
      machine: { noncoherentDevices: 1 },
      steps: [wrmsr('0x200', '0x1'), wrmsr('0x201', '0x0'), access('0x0'), access('0x0')],
    });
  });
});

describe('Minimising refuses', () => {
  test('a scenario that does not show what is to be kept', () => {
    expect(() => minimise(scenario([access('0x0')]), () => -1)).toThrow('minimise: the scenario does not show what is to be kept');
  });
});
