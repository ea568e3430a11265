/** The vCPUs: registers, and the access that each has in flight when it is paused. */
import type { Machine } from '../contract/machine.js';
import { type Observation, outcomeOf, VM_DEAD } from '../contract/observation.js';
import { NO_PAUSE } from '../contract/operation.js';
import { resumePaused } from './access.js';
import { GuestAccess } from './guest-access.js';
import { GuestRegisters } from './guest-registers.js';
import type { Vm } from './vm.js';

const MOST_VCPUS = 8;
/** Nothing to report of what a step completed first. */
export const UNOBSERVED = 0;

export class VcpuSet {
  count = 1;
  readonly registers: GuestRegisters[] = [];
  readonly accesses: GuestAccess[] = [];

  constructor() {
    for (let vcpu = 0; vcpu < MOST_VCPUS; vcpu++) {
      this.registers.push(new GuestRegisters());
      this.accesses.push(new GuestAccess(vcpu));
    }
  }

  reset(machine: Machine): void {
    this.count = machine.vcpus;
    for (let vcpu = 0; vcpu < machine.vcpus; vcpu++) {
      this.registers[vcpu].reset(machine.cr0.pg, machine.cr0.cd, machine.cr0.nw);
      this.accesses[vcpu].reset();
    }
  }

  /** Completes what a vCPU has paused; only the death of the VM is observed. */
  finishAccess(vm: Vm, vcpu: number): Observation {
    const access = this.accesses[vcpu];
    if (access.pausedAt === NO_PAUSE) return UNOBSERVED;
    const observation = resumePaused(vm, access, this.registers[vcpu]);
    return outcomeOf(observation) === VM_DEAD ? observation : UNOBSERVED;
  }

  /** synchronize_srcu(): what changes memslots waits for every running fault; what saves a vCPU waits for it to leave KVM_RUN. */
  finishAccesses(vm: Vm): Observation {
    for (let vcpu = 0; vcpu < this.count; vcpu++) {
      const first = this.finishAccess(vm, vcpu);
      if (first !== UNOBSERVED) return first;
    }
    return UNOBSERVED;
  }

  get isAnyPaused(): boolean {
    for (let vcpu = 0; vcpu < this.count; vcpu++) {
      if (this.accesses[vcpu].pausedAt !== NO_PAUSE) return true;
    }
    return false;
  }
}
