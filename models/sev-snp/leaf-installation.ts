/** Writing the leaf of a fault. Linux v6.11 arch/x86/kvm/mmu/tdp_mmu.c, kvm_tdp_mmu_map(). */
import type { Gfn, Level } from '../contract/address.js';
import { PRIVATE, type PageKind, SHARED } from '../contract/observation.js';
import { sharedLevel } from './mapping-level.js';
import type { PageFault } from './page-fault.js';
import type { VirtualMachine } from './virtual-machine.js';

/** Maps the page that the fault found. Answers false if that hits BUG(): a leaf of another page is in the way. */
export function installLeaf(vm: VirtualMachine, fault: PageFault): boolean {
  const { npt, regions } = vm;
  const region = regions.find(fault.gfn);
  const kind = fault.isPrivate ? PRIVATE : SHARED;
  const generation = fault.isPrivate ? fault.generation : 0;
  const level = fault.isPrivate ? 1 : sharedLevel(vm, region, fault.gfn);
  const present = npt.find(fault.gfn);
  if (present >= 0 && npt.level[present] >= level) {
    if (!isOfPage(vm, present, kind, generation)) return false;
    if (npt.level[present] === level) vm.counts.spuriousFaults++;
    else splitTo(vm, fault.gfn, level);
    return true;
  }
  const pages = npt.pagesOf(level);
  const base = fault.gfn - (fault.gfn % pages);
  // A page table where the huge leaf shall be: it is replaced, and its range flushed.
  if (npt.remove(base, base + pages) > 0) vm.flush();
  npt.insert(base, level, kind, generation, regions.hostMtrr[region]);
  vm.changes++;
  return true;
}

function isOfPage(vm: VirtualMachine, leaf: number, kind: PageKind, generation: number): boolean {
  return vm.npt.kind[leaf] === kind && vm.npt.generation[leaf] === generation;
}

/** `tdp_mmu_split_huge_page()` until the frame is mapped at the level. Only shared leaves are huge. */
function splitTo(vm: VirtualMachine, gfn: Gfn, level: Level): void {
  const { npt } = vm;
  while (npt.level[npt.find(gfn)] > level) {
    const huge = npt.find(gfn);
    const base = npt.base[huge];
    const end = npt.endOf(huge);
    const hostMtrr = npt.hostMtrr[huge];
    const below = (npt.level[huge] - 1) as Level;
    npt.remove(base, end);
    for (let part = base; part < end; part += npt.pagesOf(below)) npt.insert(part, below, SHARED, 0, hostMtrr);
    vm.changes++;
  }
}
