/**
 * Steps that the format refuses of a vCPU in L2: MTRRs, INIT, INVLPG, CR0.CD and NW. A vCPU counts as in L2 from an `enter-l2` to its next
 * `exit-l2`, whatever a subject answers: whether the entry failed is the subject's business, what a scenario may hold is not.
 */
import { type Machine, NO_NESTED } from '../../models/contract/machine.js';
import { PAT } from '../../models/contract/msr.js';
import type { Operation } from '../../models/contract/operation.js';

export interface RefusedStep {
  readonly step: number;
  /** The field that is to blame, and what it may be. */
  readonly key: string;
  readonly expected: string;
}

/** The first refused step, or null. */
export function firstRefusedInL2(machine: Pick<Machine, 'nested'>, steps: readonly Operation[]): RefusedStep | null {
  if (machine.nested === NO_NESTED) return null;
  const inL2 = new Set<number>();
  for (let step = 0; step < steps.length; step++) {
    const operation = steps[step];
    if (!('vcpu' in operation)) continue;
    if (operation.op === 'enter-l2') inL2.add(operation.vcpu);
    else if (operation.op === 'exit-l2') inL2.delete(operation.vcpu);
    else if (inL2.has(operation.vcpu)) {
      const refused = refusal(operation);
      if (refused !== null) return { step, ...refused };
    }
  }
  return null;
}

function refusal(step: Operation): Omit<RefusedStep, 'step'> | null {
  if ('msr' in step && step.msr !== PAT) return { key: 'msr', expected: '"0x277": the vCPU is in L2, where MTRRs are left alone' };
  if (step.op === 'write-cr0' && (step.cd || step.nw)) return { key: step.cd ? 'cd' : 'nw', expected: 'false: the vCPU is in L2' };
  if (step.op === 'init' || step.op === 'invlpg') return { key: 'op', expected: 'another operation: the vCPU is in L2' };
  return null;
}
