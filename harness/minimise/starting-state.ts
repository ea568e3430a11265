/** Pass: what a step does to the host or to CR0 as the state the machine starts in, and the step gone. */
import type { Machine, Region } from '../../models/contract/machine.js';
import { BACKING_HOST_MTRR, BACKING_HOST_PAT } from '../../models/contract/machine.js';
import { DEFAULT_HOST_MTRR, type Operation, type OperationOf } from '../../models/contract/operation.js';
import type { Search, Trial } from './search.js';
import { withoutSteps } from './steps.js';

export function* startLater(search: Search): Trial<void> {
  for (const step of search.scenario.steps.slice(0, -1)) {
    const machine = machineAfter(search.scenario.machine, step);
    if (machine !== null) yield* search.adopt({ ...withoutSteps(search.scenario, [step]), machine });
  }
}

/** The machine as the step leaves it, or null where no key says so. */
function machineAfter(machine: Machine, step: Operation): Machine | null {
  switch (step.op) {
    case 'attach-device':
      return withDevices(machine, step.coherent ? 0 : 1);
    case 'detach-device':
      return withDevices(machine, step.coherent ? 0 : -1);
    case 'set-io-resources':
      return { ...machine, ioResources: step.held };
    case 'write-cr0':
      return { ...machine, cr0: { pg: step.pg, cd: step.cd, nw: step.nw } };
    case 'init':
      return { ...machine, cr0: { ...machine.cr0, pg: false } };
    case 'set-backing':
      return { ...machine, regions: backed(machine.regions, step) };
    default:
      return null;
  }
}

function withDevices(machine: Machine, more: number): Machine | null {
  const noncoherentDevices = machine.noncoherentDevices + more;
  return more !== 0 && noncoherentDevices >= 0 && noncoherentDevices <= 3 ? { ...machine, noncoherentDevices } : null;
}

/** The regions with the step's range backed as it says; what remains around it are regions of their own. */
function backed(regions: readonly Region[], { gfn, pages, backing, level, hostMtrr }: OperationOf<'set-backing'>): Region[] {
  const type = hostMtrr === DEFAULT_HOST_MTRR ? BACKING_HOST_MTRR[backing] : hostMtrr;
  const hostPat = BACKING_HOST_PAT[backing];
  const added: Region = { gfn, pages, backing, level, hostMtrr: type, hostPat, specialOffset: 0, specialPages: 0 };
  const around = regions.flatMap((region) => {
    const end = region.gfn + region.pages;
    if (end <= gfn || region.gfn >= gfn + pages) return [region];
    return [part(region, region.gfn, gfn), part(region, gfn + pages, end)].filter((rest) => rest.pages > 0);
  });
  return [...around, added].sort((a, b) => a.gfn - b.gfn);
}

/** The frames of a region from `from` up to `to`, without special pages: those that a backing cut are rare. */
function part(region: Region, from: number, to: number): Region {
  return { ...region, gfn: from, pages: to - from, specialOffset: 0, specialPages: 0 };
}
