/** A scenario as it would be without one circumstance. */
import { WB } from '../../models/contract/memory-type.js';
import type { Operation } from '../../models/contract/operation.js';
import type { Scenario } from '../scenario/scenario.js';

type Access = Extract<Operation, { op: 'access' }>;

/** The scenario up to an access, with every mapping of every subject thrown away before that, whatever way the subject has to do so. */
export function withMappingsRenewed(scenario: Scenario, step: number): Scenario {
  const access = scenario.steps[step] as Access;
  const limit = 2 ** (scenario.machine.maxPhysAddr - 12);
  const renewals: readonly Operation[] = [
    // KVM: the MMU notifier.
    { op: 'zap', gfn: 0, pages: limit },
    // Xen with EPT: a pin of any frame recalculates all.
    { op: 'pin-cacheattr', gfn: access.gfn === limit - 1 ? limit - 2 : limit - 1, pages: 1, type: WB },
    // Xen with shadow paging.
    { op: 'invlpg', vcpu: access.vcpu, gfn: access.gfn },
  ];
  return { ...scenario, steps: [...scenario.steps.slice(0, step), ...renewals, access] };
}

/** The scenario in which every other vCPU has the registers of the one that makes its last access. */
export function withEqualVcpus(scenario: Scenario): Scenario {
  const { vcpu } = scenario.steps[scenario.steps.length - 1] as Access;
  const mirrored = (step: Operation): Operation[] => {
    if (step.op !== 'write-msr' && step.op !== 'write-cr0' && step.op !== 'init') return [step];
    if (step.vcpu !== vcpu) return [];
    return Array.from({ length: scenario.machine.vcpus }, (_, other) => ({ ...step, vcpu: other }));
  };
  return { ...scenario, steps: scenario.steps.flatMap(mirrored) };
}

/** The scenario with CR0.PG set throughout, INIT apart: the rule of paging being off hides the one that typed the mapping. */
export function withPaging({ machine, steps }: Scenario): Scenario {
  return {
    machine: { ...machine, cr0: { ...machine.cr0, pg: true } },
    steps: steps.map((step) => (step.op === 'write-cr0' ? { ...step, pg: true } : step)),
  };
}
