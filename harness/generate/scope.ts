/** What a campaign is restricted to: operations, backings and keys of the machine, as data. */
import {
  type Backing,
  BACKING_HOST_MTRR,
  BACKING_HOST_PAT,
  type Machine,
  RAM,
  type Region,
} from '../../models/contract/machine.js';
import type { OperationName } from '../../models/contract/operation.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { OPERATIONS, SPECS } from '../operations/registry.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import { MACHINE_KEYS } from '../scenario/machine-keys.js';

export interface Scope {
  /** Default: all. */
  readonly operations?: readonly OperationName[];
  /** RAM always; default: all. */
  readonly backings?: readonly Backing[];
  /** Keys of the machine that may differ from their defaults, by their names in scenario files; default: all. */
  readonly machine?: readonly string[];
  /** Most vCPUs. */
  readonly vcpus?: number;
}

/** By the name that a user gives. */
export const SCOPES: Readonly<Record<string, Scope>> = {
  /** What an agent inside a KVM guest's host can set up: RAM, one vCPU's registers, devices that do not snoop. */
  agent: {
    operations: ['write-msr', 'read-msr', 'write-cr0', 'access', 'invlpg', 'attach-device', 'detach-device', 'zap', 'set-backing'],
    backings: [RAM],
    machine: ['noncoherentDevices', 'quirks', 'cr0', 'regions'],
    vcpus: 1,
  },
};

export function allows({ operations }: Scope, name: OperationName): boolean {
  return operations === undefined || operations.includes(name);
}

/** A backing of the scope: RAM for one that is not in it. */
export function backingWithin({ backings }: Scope, backing: Backing): Backing {
  return backings === undefined || backings.includes(backing) ? backing : RAM;
}

/** The machine with what the scope leaves out as it is by default. The shape of the machine stays. */
export function machineWithin(scope: Scope, machine: Machine): Machine {
  let within: Partial<Machine> = machine;
  for (const [name, key] of Object.entries(MACHINE_KEYS))
    if (scope.machine !== undefined && !scope.machine.includes(name)) within = key.set(within, key.default(within));
  const { vcpus, regions } = within as Machine;
  const most = scope.vcpus ?? vcpus;
  return { ...(within as Machine), vcpus: Math.min(vcpus, most), regions: regions.map((region) => regionWithin(scope, region)) };
}

function regionWithin(scope: Scope, region: Region): Region {
  const backing = backingWithin(scope, region.backing);
  if (backing === region.backing) return region;
  return { ...region, backing, hostMtrr: BACKING_HOST_MTRR[backing], hostPat: BACKING_HOST_PAT[backing] };
}

/** Whether a set-up keeps to the scope: its steps, its vCPUs and what backs its frames. */
export function isWithin(scope: Scope, { machine, words, steps }: EncodedScenario): boolean {
  const { vcpus, regions } = machineWithin(scope, machine);
  if (vcpus !== machine.vcpus || regions.some(({ backing }, index) => backing !== machine.regions[index].backing)) return false;
  for (let step = 0; step < steps; step++) if (!allows(scope, SPECS[words[step * STEP_WORDS]].op)) return false;
  return true;
}

/** Whether the scope leaves nothing out. */
export function isWhole({ operations, backings, machine, vcpus }: Scope): boolean {
  const isAll = operations === undefined || operations.length === Object.keys(OPERATIONS).length;
  return isAll && backings === undefined && machine === undefined && vcpus === undefined;
}
