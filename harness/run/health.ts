/** Whether the generator does work: how often writes fault, accesses hit memory, operations and rules are drawn. */
import { GP, MMIO, OUTCOME_MASK, ruleOf } from '../../models/contract/observation.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { codeOf, OPERATION_NAMES } from '../operations/registry.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { Trace } from './trace.js';

const ACCESS = codeOf('access');
const WRITE_MSR = codeOf('write-msr');

/** Counts as plain data. */
export interface HealthState {
  readonly operations: readonly number[];
  readonly steps: number;
  readonly faultingWrites: number;
  readonly unbackedAccesses: number;
  readonly rules: readonly (readonly number[])[];
}

export class Health {
  /** Steps by operation code. */
  readonly operations = new Float64Array(OPERATION_NAMES.length);
  steps = 0;
  /** Of the first seat: MSR writes that raised #GP, accesses that met no backing. */
  faultingWrites = 0;
  unbackedAccesses = 0;
  /** By seat: how often each rule decided. */
  readonly rules: readonly Float64Array[];

  constructor(rulesBySeat: readonly number[]) {
    this.rules = rulesBySeat.map((count) => new Float64Array(Math.max(1, count)));
  }

  add(scenario: EncodedScenario, traces: readonly Trace[]): void {
    const { words, steps } = scenario;
    const first = traces[0].observations;
    this.steps += steps;
    for (let step = 0, at = 0; step < steps; step++, at += STEP_WORDS) {
      const code = words[at];
      this.operations[code]++;
      const outcome = first[step] & OUTCOME_MASK;
      if (code === WRITE_MSR && outcome === GP) this.faultingWrites++;
      if (code === ACCESS && outcome === MMIO) this.unbackedAccesses++;
    }
    for (let seat = 0; seat < traces.length; seat++) this.countRules(this.rules[seat], traces[seat].observations, steps);
  }

  state(): HealthState {
    const { steps, faultingWrites, unbackedAccesses } = this;
    return {
      operations: [...this.operations],
      steps,
      faultingWrites,
      unbackedAccesses,
      rules: this.rules.map((counts) => [...counts]),
    };
  }

  /** Adds what was counted over other cases. */
  absorb(state: HealthState): void {
    this.steps += state.steps;
    this.faultingWrites += state.faultingWrites;
    this.unbackedAccesses += state.unbackedAccesses;
    state.operations.forEach((count, code) => {
      this.operations[code] += count;
    });
    state.rules.forEach((counts, seat) => {
      for (let rule = 0; rule < counts.length; rule++) this.rules[seat][rule] += counts[rule];
    });
  }

  private countRules(rules: Float64Array, observations: Int32Array, steps: number): void {
    for (let step = 0; step < steps; step++) rules[ruleOf(observations[step])]++;
  }

  /** Share of MSR writes that raised #GP, 0 to 1. */
  get faulting(): number {
    return this.faultingWrites / Math.max(1, this.operations[WRITE_MSR]);
  }

  /** Share of accesses that hit backed memory, 0 to 1. */
  get mapped(): number {
    return 1 - this.unbackedAccesses / Math.max(1, this.operations[ACCESS]);
  }
}
