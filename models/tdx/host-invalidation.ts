/** What the host does to the memory of the VM besides conversions: MMU notifier, punched holes, replaced memslots. */
import type { Level } from '../contract/address.js';
import type { Backing } from '../contract/machine.js';
import { FILTER_BOTH, FILTER_PRIVATE, FILTER_SHARED } from './root-filter.js';
import type { Vm } from './vm.js';

/** kvm_mmu_notifier_invalidate_range_start() and _end(): nothing happens unless a memslot meets the range. True: private leaves are open now. */
export function invalidateHva(vm: Vm, start: number, end: number): boolean {
  const first = vm.slots.firstEndingAfter(start);
  if (first >= vm.slots.count || vm.slots.start(first) >= end) return false;
  vm.invalidation.begin();
  let isFlushNeeded = false;
  let isOpen = false;
  for (let slot = first; slot < vm.slots.count && vm.slots.start(slot) < end; slot++) {
    const from = Math.max(start, vm.slots.start(slot));
    const to = Math.min(end, vm.slots.end(slot));
    vm.invalidation.add(from, to);
    if (vm.zap(from, to, FILTER_SHARED)) isFlushNeeded = true;
    if (!vm.switches.notifierSparesPrivate && vm.secureEpt.leaveOpen(from, to)) isOpen = true;
  }
  if (isFlushNeeded) vm.flush();
  else if (isOpen) vm.tlb.reset();
  vm.endInvalidation();
  return isOpen;
}

/** kvm_gmem_punch_hole() for the file behind each memslot that has one. */
export function punchHole(vm: Vm, start: number, end: number): void {
  for (let slot = vm.slots.firstEndingAfter(start); slot < vm.slots.count && vm.slots.start(slot) < end; slot++) {
    if (!vm.slots.hasGuestMemfd(slot)) continue;
    const from = Math.max(start, vm.slots.start(slot));
    const to = Math.min(end, vm.slots.end(slot));
    // kvm_gmem_invalidate_begin()
    vm.invalidation.begin();
    vm.invalidation.add(from, to);
    if (vm.zap(from, to, FILTER_PRIVATE)) vm.flush();
    vm.memfd.truncate(from, to);
    // kvm_gmem_invalidate_end()
    vm.endInvalidation();
  }
}

/**
 * kvm_set_memory_region() in place of what was there: no sequence count. The new slot's mixed flags are computed from the attributes as they are,
 * which are those of the last recomputation as no conversion is in flight.
 */
export function replaceBacking(vm: Vm, start: number, end: number, backing: Backing, level: Level): void {
  if (vm.zap(start, end, FILTER_BOTH)) vm.flush();
  vm.memfd.truncate(start, end);
  vm.slots.replace(start, end, backing, level);
}
