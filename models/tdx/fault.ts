/** KVM's handler of an EPT violation. Linux v6.16 arch/x86/kvm/mmu/mmu.c; statements in its order, and where the RFC had another one, by switch. */
import { memoryFault, MMIO, type Observation, PAUSED, PRIVATE, plain, RETRY, SHARED, VM_DEAD } from '../contract/observation.js';
import { type AccessPause, NO_PAUSE, PAUSE_CHECK, PAUSE_FAULT, PAUSE_LOOKUP } from '../contract/operation.js';
import type { GuestAccess } from './guest-access.js';
import { judgeExit, judgeRetry } from './invariants.js';
import { mapPrivate, mapShared } from './map-leaf.js';
import { RULE } from './rules.js';
import type { Vm } from './vm.js';

/** The guest runs on: no observation yet. */
export const RESUME_GUEST = -1;
const CONTINUE = -1;

/**
 * kvm_tdp_page_fault(), from where the access was paused, if it was, to the end or to `pauseAfter`.
 * The fast path is never taken: EPT violations of a TD are for absent leaves, and every leaf permits writes.
 */
export function handleFault(vm: Vm, access: GuestAccess, pauseAfter: AccessPause): Observation {
  const resumedAt = access.pausedAt;
  access.pausedAt = NO_PAUSE;
  if (resumedAt <= PAUSE_FAULT) {
    if (access.isPendingViolation) return plain(VM_DEAD, RULE.pendingWithoutAccept); // tdx_handle_ept_violation()
    const exit = checkFault(vm, access);
    if (exit !== CONTINUE) return exit;
    if (pauseAfter === PAUSE_CHECK) return paused(access, PAUSE_CHECK);
  }
  if (resumedAt <= PAUSE_CHECK) {
    const exit = lookUp(vm, access);
    if (exit !== CONTINUE) return exit;
    if (pauseAfter === PAUSE_LOOKUP) return paused(access, PAUSE_LOOKUP);
  }
  return install(vm, access);
}

export function paused(access: GuestAccess, at: AccessPause): Observation {
  access.pausedAt = at;
  return plain(PAUSED, RULE.accessPaused);
}

/** kvm_mmu_faultin_pfn(), first half: snapshot, then the attribute. The RFC had looked at the memslot by then. */
function checkFault(vm: Vm, access: GuestAccess): Observation {
  if (!vm.switches.mismatchBeforeSlot) {
    const exit = checkSlot(vm, access);
    if (exit !== CONTINUE) return exit;
  }
  access.snapshot = vm.invalidation.sequence;
  access.endsSeen = vm.counts.invalidations;
  if (access.isPrivate !== vm.attributes.isPrivate(access.gfn)) return exitFault(vm, access, RULE.attributeMismatch);
  return CONTINUE;
}

/** kvm_handle_noslot_fault() where there is none. */
function checkSlot(vm: Vm, access: GuestAccess): Observation {
  if (vm.slots.slotOf(access.gfn) >= 0) return CONTINUE;
  return access.isPrivate ? exitFault(vm, access, RULE.privateWithoutSlot) : plain(MMIO, RULE.noMemslot);
}

/** kvm_mmu_faultin_pfn(), second half, and __kvm_mmu_faultin_pfn(). */
function lookUp(vm: Vm, access: GuestAccess): Observation {
  const exit = checkSlot(vm, access);
  if (exit !== CONTINUE) return exit;
  if (vm.switches.stalePrecheck) {
    const staleness = stale(vm, access);
    if (staleness !== 0) return retry(vm, access, staleness);
  }
  if (!access.isPrivate) return CONTINUE; // the backing is present and writable
  if (!vm.slots.hasGuestMemfd(vm.slots.slotOf(access.gfn))) return exitFault(vm, access, RULE.privateWithoutMemfd);
  access.heldPfn = vm.memfd.getPfn(access.gfn);
  return CONTINUE;
}

/** is_page_fault_stale() under mmu_lock, kvm_tdp_mmu_map(), kvm_mmu_finish_page_fault(). */
function install(vm: Vm, access: GuestAccess): Observation {
  const staleness = stale(vm, access);
  if (staleness === 0) {
    if (access.isPrivate) mapPrivate(vm, access.gfn, access.heldPfn);
    else mapShared(vm, access.gfn);
  }
  if (access.heldPfn !== 0) vm.memfd.drop(access.heldPfn);
  access.heldPfn = 0;
  return staleness === 0 ? RESUME_GUEST : retry(vm, access, staleness);
}

/** mmu_invalidate_retry_gfn(): the rule of a retry, or 0. */
function stale(vm: Vm, access: GuestAccess): number {
  if (vm.invalidation.covers(access.gfn)) return RULE.invalidationInProgress;
  return vm.invalidation.sequence === access.snapshot ? 0 : RULE.invalidationSinceSnapshot;
}

/** RET_PF_RETRY. tdx_handle_ept_violation() would loop for a private fault; the scenario format answers at once. */
function retry(vm: Vm, access: GuestAccess, rule: number): Observation {
  judgeRetry(vm, access);
  vm.counts.retry++;
  if (access.isPrivate) vm.counts.retryLocal++;
  return plain(RETRY, rule);
}

/** kvm_mmu_prepare_memory_fault_exit() */
function exitFault(vm: Vm, access: GuestAccess, rule: number): Observation {
  judgeExit(vm, access);
  if (access.isPrivate) vm.counts.exitFaultPrivate++;
  else vm.counts.exitFaultShared++;
  return memoryFault(access.isPrivate ? PRIVATE : SHARED, rule);
}
