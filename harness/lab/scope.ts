/** Scenarios within the reach of the agent: what no real machine of the lab can be is taken out before anything is asked. */
import { LEVEL_2M } from '../../models/contract/address.js';
import {
  BACKING_HOST_PAT,
  type Backing,
  DEVICE_RO,
  type Machine,
  NO_NESTED,
  RAM,
  RAM_WC,
  type Region,
} from '../../models/contract/machine.js';
import { WC } from '../../models/contract/memory-type.js';
import { EXECUTE, type Operation, READ } from '../../models/contract/operation.js';
import type { Scenario } from '../scenario/scenario.js';

export interface Reach {
  /** Operations that the agent has. */
  readonly operations: ReadonlySet<string>;
  /** Physical address bits of the host. */
  readonly addressBits: number;
  /** Of the host; null where no decision depends on it. */
  readonly selfSnoop: boolean | null;
  readonly backings: ReadonlySet<Backing>;
  /** Code can be fetched from a device. */
  readonly executesDevices: boolean;
}

/** 32-bit code without paging has no address from here on. */
const PAGING_OFF_LIMIT = 0x100000;

/** The scenario with its machine brought into reach and the steps left out that are not; the same scenario where all of it is. */
export function withinReach(scenario: Scenario, reach: Reach): Scenario {
  const limit = 2 ** (reach.addressBits - 12);
  const machine: Machine = {
    ...scenario.machine,
    privateMemory: false,
    nested: NO_NESTED,
    selfSnoop: reach.selfSnoop ?? scenario.machine.selfSnoop,
    noncoherentDevices: reach.operations.has('attach-device') ? scenario.machine.noncoherentDevices : 0,
    regions: scenario.machine.regions.flatMap((region) => regionWithin(region, limit, reach)),
  };
  const paging = new Array<boolean>(machine.vcpus).fill(machine.cr0.pg);
  // What INIT leaves of 64-bit code, and what older kernels let it do with paging, are questions of their own.
  const isLong = (step: Operation) => machine.longMode && (step.op === 'init' || (step.op === 'write-cr0' && !step.pg));
  const steps = scenario.steps
    .filter((step) => !isLong(step) && isWithin(step, limit, paging, reach))
    .map((step) => stepWithin(step, reach));
  return { ...scenario, machine, steps };
}

function regionWithin(region: Region, limit: number, reach: Reach): Region[] {
  if (region.gfn >= limit) return [];
  const pages = Math.min(region.pages, limit - region.gfn);
  const level = region.level > LEVEL_2M ? LEVEL_2M : region.level;
  const special = region.specialOffset < pages ? Math.min(region.specialPages, pages - region.specialOffset) : 0;
  const backing = backingWithin(region.backing, reach);
  const hostPat = backing !== region.backing || region.hostPat === WC ? BACKING_HOST_PAT[backing] : region.hostPat;
  return [
    { ...region, pages, level, backing, hostPat, specialOffset: special === 0 ? 0 : region.specialOffset, specialPages: special },
  ];
}

function backingWithin(backing: Backing, { backings }: Reach): Backing {
  if (backings.has(backing)) return backing;
  return backing === RAM_WC || !backings.has(DEVICE_RO) ? RAM : DEVICE_RO;
}

function stepWithin(step: Operation, reach: Reach): Operation {
  if (step.op === 'access' && step.kind === EXECUTE && !reach.executesDevices) return { ...step, kind: READ };
  if (step.op !== 'set-backing') return step;
  return { ...step, level: step.level > LEVEL_2M ? LEVEL_2M : step.level, backing: backingWithin(step.backing, reach) };
}

/** Keeps `paging`, by vCPU, up to date. */
function isWithin(step: Operation, limit: number, paging: boolean[], { operations }: Reach): boolean {
  if (!operations.has(step.op)) return false;
  if (step.op === 'init') paging[step.vcpu] = false;
  else if (step.op === 'write-cr0' && !(step.nw && !step.cd)) paging[step.vcpu] = step.pg;
  else if (step.op === 'access') return !step.private && step.gfn < (paging[step.vcpu] ? limit : Math.min(limit, PAGING_OFF_LIMIT));
  else if (step.op === 'zap' || step.op === 'set-backing') return step.gfn + step.pages <= limit;
  else if (step.op === 'invlpg') return step.gfn < limit;
  return true;
}
