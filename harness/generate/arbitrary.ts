/** The generator and the simplifier as one fast-check Arbitrary, for laws and for users' own properties. */
import fc from 'fast-check';
import { MACHINE_KEYS } from '../scenario/machine-keys.js';
import { fits } from '../scenario/fits.js';
import { decodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import { simplerSteps } from '../operations/step-codec.js';
import { Generator, type GeneratorOptions } from './generator.js';

class ScenarioArbitrary extends fc.Arbitrary<Scenario> {
  private readonly generator: Generator;

  constructor(options: GeneratorOptions) {
    super();
    this.generator = new Generator(options);
  }

  /** Two draws of fast-check's own source seed our generator: replaying by fast-check's seed and path is exact. */
  override generate(random: fc.Random): fc.Value<Scenario> {
    const key = { hi: random.nextInt(), lo: random.nextInt() };
    return new fc.Value(decodeScenario(this.generator.generate(key, 0)), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Scenario {
    return typeof value === 'object' && value !== null && 'machine' in value && 'steps' in value;
  }

  override shrink(scenario: Scenario): fc.Stream<fc.Value<Scenario>> {
    return fc.stream(candidates(scenario)).map((candidate) => new fc.Value(candidate, undefined));
  }
}

/** Halves of the steps, single steps, simpler machines, simpler fields: what our simplifier names, biggest change first. */
function* candidates(scenario: Scenario): IterableIterator<Scenario> {
  const { machine, steps } = scenario;
  for (let length = Math.floor(steps.length / 2); length >= 1; length = Math.floor(length / 2)) {
    for (let from = steps.length - length; from >= 0; from -= length)
      yield { machine, steps: [...steps.slice(0, from), ...steps.slice(from + length)] };
  }
  for (const key of Object.values(MACHINE_KEYS)) {
    const value = key.get(machine);
    for (const simpler of [key.default(machine), ...key.simpler(value, machine)]) {
      const candidate = { machine: key.set(machine, simpler) as Scenario['machine'], steps };
      if (!key.same(simpler, value) && fits(candidate)) yield candidate;
    }
  }
  for (let index = 0; index < steps.length; index++) {
    for (const { step } of simplerSteps(steps[index])) {
      const candidate = { machine, steps: steps.with(index, step) };
      if (fits(candidate)) yield candidate;
    }
  }
}
/** Scenarios as campaigns draw them, shrinking by our own simplifier. */
export function scenarioArbitrary(options: GeneratorOptions = {}): fc.Arbitrary<Scenario> {
  return new ScenarioArbitrary(options);
}
