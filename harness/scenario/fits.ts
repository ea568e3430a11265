/** Whether a scenario is within the bounds that its own machine sets: what a simplifier may propose. */
import type { Machine } from '../../models/contract/machine.js';
import type { Operation } from '../../models/contract/operation.js';
import { firstRefusedInL2 } from './level-two.js';
import type { Scenario } from './scenario.js';

export function fits(scenario: Pick<Scenario, 'machine' | 'steps'>): boolean {
  const { machine, steps } = scenario;
  const limit = 2 ** (machine.maxPhysAddr - 12);
  const last = machine.regions[machine.regions.length - 1];
  const machineFits = machine.hostPhysAddr >= machine.maxPhysAddr && (last === undefined || last.gfn + last.pages <= limit);
  const modeFits = !machine.longMode || machine.cr0.pg;
  return (
    machineFits && modeFits && steps.every((step) => stepFits(step, machine, limit)) && firstRefusedInL2(machine, steps) === null
  );
}

function stepFits(step: Operation, machine: Machine, limit: number): boolean {
  if ('vcpu' in step && step.vcpu >= machine.vcpus) return false;
  if ('target' in step && step.target + step.pages > limit) return false;
  if ('pages' in step) return step.gfn + step.pages <= limit;
  return !('gfn' in step) || step.gfn < limit;
}
