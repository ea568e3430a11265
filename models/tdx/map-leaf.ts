/** Which leaf a fault installs. Linux v6.16 arch/x86/kvm/mmu/mmu.c and tdp_mmu.c. */
import { LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import { HOST_MMIO, REPLACED_TABLE, SPURIOUS } from './shared-ept.js';
import type { Vm } from './vm.js';

/** kvm_tdp_mmu_map() for the shared EPT. */
export function mapShared(vm: Vm, gfn: number): void {
  const slot = vm.slots.slotOf(gfn);
  const installation = vm.sharedEpt.map(gfn, sharedLevel(vm, slot, gfn), vm.slots.isHostMmio(slot) ? HOST_MMIO : 0);
  if (installation === SPURIOUS) vm.counts.spurious++;
  if (installation === REPLACED_TABLE) vm.flush();
}

/** kvm_mmu_hugepage_adjust(): the host's level, in one slot, and not mixed (disallow_lpage). */
function sharedLevel(vm: Vm, slot: number, gfn: number): Level {
  for (let level = vm.slots.hostLevel(slot); level > LEVEL_4K; level--) {
    const pages = LEVEL_PAGES[level];
    const base = gfn - (gfn % pages);
    if (vm.slots.contains(slot, base, base + pages) && !vm.isMixed(base, pages)) return level;
  }
  return LEVEL_4K;
}

/** kvm_tdp_mmu_map() for the mirror, always 4K (tdx_gmem_private_max_mapping_level()), and what it has the TDX module do. */
export function mapPrivate(vm: Vm, gfn: number, pfn: number): void {
  const leaf = vm.secureEpt.find(gfn);
  if (leaf < 0) {
    vm.secureEpt.aug(gfn, pfn);
    return;
  }
  vm.counts.spurious++;
  if (vm.secureEpt.leaves.pfns[leaf] !== pfn) vm.counts.warn++;
}
