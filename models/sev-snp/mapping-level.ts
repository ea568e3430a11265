/** At which level a fault maps. Linux v6.11 arch/x86/kvm/mmu/mmu.c, kvm_mmu_hugepage_adjust(). */
import type { Gfn, Level } from '../contract/address.js';
import { MIXED_VIEW_PRIVATE } from './page-runs.js';
import type { VirtualMachine } from './virtual-machine.js';

/** `hugepage_test_mixed()`: the flag of a block that lies in one slot. */
export function isMixed(vm: VirtualMachine, block: Gfn, pages: number): boolean {
  const first = vm.pages.wordAt(block) & MIXED_VIEW_PRIVATE;
  return !vm.pages.isAll(block, block + pages, MIXED_VIEW_PRIVATE, first);
}

/** Level of a shared mapping: the host's, unless the slot's ends cut the block or it is mixed. Private pages are always 4K. */
export function sharedLevel(vm: VirtualMachine, region: number, gfn: Gfn): Level {
  const { regions, npt } = vm;
  for (let level = regions.hostLevel(region); level > 1; level--) {
    const pages = npt.pagesOf(level);
    const block = gfn - (gfn % pages);
    if (block < regions.start[region] || block + pages > regions.end[region]) continue;
    if (!vm.hasPrivateMemory || !isMixed(vm, block, pages)) return level as Level;
  }
  return 1;
}
