/**
 * What KVM does with a nested page fault: Linux v6.11 arch/x86/kvm/mmu/mmu.c and tdp_mmu.c; RFC v8 where the configuration says so.
 * Function by function, with the stops at which a scenario can hold a fault.
 */
import {
  HOST_FATAL,
  MMIO,
  memoryFault,
  type Observation,
  outcomeOf,
  PAUSED,
  plain,
  PRIVATE,
  RETRY,
  SHARED,
} from '../contract/observation.js';
import { type AccessPause, PAUSE_CHECK, PAUSE_LOOKUP, WRITE } from '../contract/operation.js';
import type { GuestMemfd } from './guest-memfd.js';
import { I6, I9 } from './invariants.js';
import { installLeaf } from './leaf-installation.js';
import { CHECKED, LOOKED_UP, type PageFault, TAKEN } from './page-fault.js';
import { ATTRIBUTE_PRIVATE, generationOf } from './page-runs.js';
import { RULE } from './rules.js';
import type { VirtualMachine } from './virtual-machine.js';

/** The guest runs on: the fault was fixed, or counted as spurious. */
export const RESUME = -1;
/** As RESUME, by the fast path. */
export const SPURIOUS_FAST = -2;
/** Inside: no reason to leave yet. */
const GO_ON = -3;

export class FaultHandling {
  constructor(
    private readonly vm: VirtualMachine,
    private readonly gmem: GuestMemfd,
  ) {}

  /** `npf_interception()`: RESUME, SPURIOUS_FAST, or the observation that ends the step. */
  handle(fault: PageFault, pauseAfter: AccessPause): Observation {
    const verdict = this.doPageFault(fault, pauseAfter);
    const isRetry = verdict >= 0 && outcomeOf(verdict) === RETRY;
    if (fault.isRmp && (verdict < 0 || isRetry)) this.handleRmpFault(fault);
    return verdict;
  }

  /** `kvm_mmu_do_page_fault()`, `direct_page_fault()`. */
  private doPageFault(fault: PageFault, pauseAfter: AccessPause): Observation {
    if (fault.stage === TAKEN) {
      if (this.isFastSpurious(fault)) {
        this.vm.counts.spuriousFaults++;
        return SPURIOUS_FAST;
      }
      const verdict = this.checkAttribute(fault);
      if (verdict !== GO_ON) return verdict;
      fault.stage = CHECKED;
      if (pauseAfter === PAUSE_CHECK) return plain(PAUSED, RULE.accessPaused);
    }
    if (fault.stage === CHECKED) {
      const verdict = this.findPage(fault);
      if (verdict !== GO_ON) return verdict;
      fault.stage = LOOKED_UP;
      if (pauseAfter === PAUSE_LOOKUP) return plain(PAUSED, RULE.accessPaused);
    }
    const verdict = this.map(fault);
    this.gmem.drop(fault);
    return verdict;
  }

  /** `fast_page_fault()`: the leaf is there and lets the write through, so another vCPU must have fixed it. */
  private isFastSpurious(fault: PageFault): boolean {
    if (!fault.isPresent || fault.kind !== WRITE || fault.isPrivate !== this.isAttributePrivate(fault)) return false;
    return this.vm.npt.find(fault.gfn) >= 0;
  }

  private isAttributePrivate(fault: PageFault): boolean {
    return this.vm.hasPrivateMemory && (this.vm.pages.wordAt(fault.gfn) & ATTRIBUTE_PRIVATE) !== 0;
  }

  /** `kvm_faultin_pfn()` up to the slot checks: the snapshot comes before the comparison. */
  private checkAttribute(fault: PageFault): Observation {
    fault.hasSlot = this.vm.regions.find(fault.gfn) >= 0;
    fault.snapshot = this.vm.invalidation.sequence;
    if (this.vm.switches.slotBeforeAttribute) {
      const verdict = this.checkSlot(fault);
      if (verdict !== GO_ON) return verdict;
    }
    if (fault.isPrivate === this.isAttributePrivate(fault)) return GO_ON;
    return this.exit(fault, fault.isPrivate ? RULE.attributeWantsPrivate : RULE.attributeWantsShared);
  }

  /** `kvm_handle_noslot_fault()`. */
  private checkSlot(fault: PageFault): Observation {
    if (fault.hasSlot) return GO_ON;
    return fault.isPrivate ? this.exit(fault, RULE.noSlotForPrivate) : plain(MMIO, RULE.noBacking);
  }

  /** `kvm_mmu_prepare_memory_fault_exit()`. */
  private exit(fault: PageFault, rule: number): Observation {
    const canServe = fault.hasSlot && (!fault.isPrivate || this.vm.regions.canBePrivate(this.vm.regions.find(fault.gfn)));
    if (canServe && fault.isPrivate === this.isAttributePrivate(fault)) this.vm.breakInvariant(I9);
    if (fault.isPrivate) this.vm.counts.memoryFaultsPrivate++;
    else this.vm.counts.memoryFaultsShared++;
    return memoryFault(fault.isPrivate ? PRIVATE : SHARED, rule);
  }

  /** `kvm_faultin_pfn()` from the slot checks on, `__kvm_faultin_pfn()`. */
  private findPage(fault: PageFault): Observation {
    const verdict = this.checkSlot(fault);
    if (verdict !== GO_ON) return verdict;
    if (this.vm.switches.prechecksStaleness && this.isStale(fault)) return this.retry(fault, RULE.staleBeforeLookup);
    if (!fault.isPrivate) {
      if (this.vm.switches.updateOnSharedFault) this.gmem.releaseAtSharedFault(fault.gfn);
      return GO_ON;
    }
    // kvm_faultin_pfn_private()
    if (!this.vm.regions.canBePrivate(this.vm.regions.find(fault.gfn))) return this.exit(fault, RULE.slotHasNoGmem);
    if (this.gmem.getPage(fault.gfn)) fault.isNewlyAssigned = true;
    fault.generation = generationOf(this.vm.pages.wordAt(fault.gfn));
    return GO_ON;
  }

  private isStale(fault: PageFault): boolean {
    return this.vm.invalidation.isStale(fault.snapshot, fault.gfn);
  }

  private retry(fault: PageFault, rule: number): Observation {
    const { invalidation } = this.vm;
    if (invalidation.inProgress === 0 && invalidation.ends === fault.snapshot) this.vm.breakInvariant(I6);
    this.vm.counts.retries++;
    return plain(RETRY, rule);
  }

  /** `kvm_tdp_mmu_page_fault()` under mmu_lock. */
  private map(fault: PageFault): Observation {
    if (this.isStale(fault)) return this.retry(fault, RULE.staleUnderLock);
    return installLeaf(this.vm, fault) ? RESUME : plain(HOST_FATAL, RULE.leafOfAnotherPage);
  }

  /** `sev_handle_rmp_fault()`: all it can do on 4K pages is to look the page up. */
  private handleRmpFault(fault: PageFault): void {
    const { counts, switches, regions } = this.vm;
    counts.rmpFaults++;
    if (!switches.rmpHandlerLooksUp) return;
    const region = regions.find(fault.gfn);
    if (!this.isAttributePrivate(fault) || region < 0 || !regions.canBePrivate(region)) {
      counts.warnings++;
      return;
    }
    if (this.gmem.getPage(fault.gfn)) fault.isNewlyAssigned = true;
    // snp_lookup_rmpentry()
    counts.rmpLookups++;
  }
}
