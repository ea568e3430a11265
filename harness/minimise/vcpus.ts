/** Pass: as few vCPUs as the scenario needs, numbered from 0, and a machine that has no others. */
import type { Operation } from '../../models/contract/operation.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Search, Trial } from './search.js';

export function* fewerVcpus(search: Search): Trial<void> {
  for (const vcpu of vcpusOf(search.scenario).slice(1))
    yield* search.adopt(renumbered(search.scenario, (other) => (other === vcpu ? 0 : other)));
  yield* search.adopt(compactVcpus(search.scenario));
}

/** Every step on vCPU 0 of a machine with one. */
export function oneVcpu(scenario: Scenario): Scenario {
  return withVcpus(
    renumbered(scenario, () => 0),
    1,
  );
}

/** The vCPUs in use renumbered from 0, in their order. */
function compactVcpus(scenario: Scenario): Scenario {
  const used = vcpusOf(scenario);
  const compact = renumbered(scenario, (vcpu) => used.indexOf(vcpu));
  return withVcpus(compact, Math.max(1, used.length));
}

function vcpusOf(scenario: Scenario): number[] {
  const used = new Set(scenario.steps.flatMap((step) => ('vcpu' in step ? [step.vcpu] : [])));
  return [...used].sort((a, b) => a - b);
}

function renumbered(scenario: Scenario, number: (vcpu: number) => number): Scenario {
  return { ...scenario, steps: scenario.steps.map((step) => onVcpu(step, number)) };
}

function onVcpu(step: Operation, number: (vcpu: number) => number): Operation {
  return 'vcpu' in step && number(step.vcpu) !== step.vcpu ? { ...step, vcpu: number(step.vcpu) } : step;
}

function withVcpus(scenario: Scenario, vcpus: number): Scenario {
  return scenario.machine.vcpus === vcpus ? scenario : { ...scenario, machine: { ...scenario.machine, vcpus } };
}
