/** Pass: one type for all memory, by the default type alone, in place of the ranges that a vCPU set up. */
import { DEF_TYPE, PAT } from '../../models/contract/msr.js';
import type { Operation, OperationOf } from '../../models/contract/operation.js';
import type { Scenario } from '../scenario/scenario.js';
import { adoptFirst } from './adoption.js';
import type { Search, Trial } from './search.js';
import { bytesOf } from './value-bits.js';

/** MTRRdefType.E without FE: the variable ranges and the default type count. */
const ENABLED = 0x800;

export function* flattenRanges(search: Search): Trial<void> {
  const vcpus = new Set(rangeWrites(search.scenario).map(({ vcpu }) => vcpu));
  for (const vcpu of vcpus) yield* adoptFirst(search, flatMaps(search.scenario, vcpu));
}

/** For each type that a range of the vCPU has, the scenario with that type everywhere. */
function flatMaps(scenario: Scenario, vcpu: number): Scenario[] {
  const own = rangeWrites(scenario).filter((step) => step.vcpu === vcpu);
  const types = new Set(own.flatMap(typesIn));
  const steps = scenario.steps.filter((step) => !own.some((write) => write === step));
  return [...types].map((type) => ({ ...scenario, steps: steps.map((step) => withDefault(step, vcpu, type)) }));
}

function rangeWrites({ steps }: Scenario): OperationOf<'write-msr'>[] {
  return steps.flatMap((step) => (step.op === 'write-msr' && step.msr !== DEF_TYPE && step.msr !== PAT ? [step] : []));
}

/** Of a pair its base has the type, in the lowest byte; a fixed-range register has eight. */
function typesIn({ msr, value }: OperationOf<'write-msr'>): number[] {
  if (msr >= 0x250) return bytesOf(value);
  return msr % 2 === 0 ? [value.lo & 0xff] : [];
}

function withDefault(step: Operation, vcpu: number, type: number): Operation {
  const setsDefault = step.op === 'write-msr' && step.vcpu === vcpu && step.msr === DEF_TYPE;
  return setsDefault ? { ...step, value: { hi: 0, lo: ENABLED | type } } : step;
}
