/**
 * Accesses of the guest and the faults they take. Linux v6.8 arch/x86/kvm/mmu/mmu.c and tdp_mmu.c, statements in their order; other actors
 * run between the points at which an access can pause.
 */
import type { Level } from '../contract/address.js';
import {
  HOST_FATAL,
  MMIO,
  memoryFault,
  type Observation,
  OK,
  outcomeOf,
  PAUSED,
  PRIVATE,
  plain,
  RETRY,
  SHARED,
  typed,
  typedPage,
} from '../contract/observation.js';
import { type AccessPause, NO_PAUSE, PAUSE_CHECK, PAUSE_FAULT, PAUSE_LOOKUP } from '../contract/operation.js';
import { WB } from '../contract/memory-type.js';
import type { Conversion } from './conversion.js';
import type { DeviceAssignment } from './device-assignment.js';
import type { GuestMemory } from './guest-memory.js';
import type { GuestRegisters } from './guest-registers.js';
import { canBeServed, I5, I6, judgeExit, judgeServed } from './invariants.js';
import { combined, leafRule, unpaged, wordByRule } from './leaf-memory-type.js';
import { SHARED_PFN } from './leaves.js';
import { blockOf, hasGuestMemfd, isHostMmio, type MemorySlot } from './memory-slots.js';
import { LEVEL_PAGES } from '../contract/address.js';
import { RULE } from './rules.js';

const MAX_VCPUS = 8;
const NOTHING_PAUSED = plain(OK, RULE.nothingPaused);

export class PageFaults {
  /** Whether the machine has private memory: an `ok` then names its page. */
  hasPrivateMemory = false;
  // struct kvm_page_fault of every vCPU, and where its access is paused.
  private readonly pausedAt = new Uint8Array(MAX_VCPUS);
  private readonly gfn = new Float64Array(MAX_VCPUS);
  private readonly pat = new Uint8Array(MAX_VCPUS);
  private readonly isPrivate = new Uint8Array(MAX_VCPUS);
  /** mmu_seq */
  private readonly snapshot = new Float64Array(MAX_VCPUS);
  private readonly pfn = new Float64Array(MAX_VCPUS);
  /** Invalidations that had ended when the snapshot was taken, for judging. */
  private readonly endsSeen = new Float64Array(MAX_VCPUS);

  constructor(
    private readonly memory: GuestMemory,
    private readonly conversion: Conversion,
    private readonly registers: GuestRegisters,
    private readonly devices: DeviceAssignment,
  ) {}

  reset(hasPrivateMemory: boolean): void {
    this.hasPrivateMemory = hasPrivateMemory;
    this.pausedAt.fill(NO_PAUSE);
  }

  pauseOf(vcpu: number): AccessPause {
    return this.pausedAt[vcpu] as AccessPause;
  }

  /** An access to its end, or to where it shall pause. */
  access(vcpu: number, gfn: number, pat: number, pauseAfter: AccessPause): Observation {
    this.gfn[vcpu] = gfn;
    this.pat[vcpu] = pat;
    if (!this.hasPrivateMemory) return this.touch(vcpu, NO_PAUSE);
    const mustSucceed = this.isAtRest && canBeServed(this.memory, gfn);
    const observation = this.touch(vcpu, pauseAfter);
    const outcome = outcomeOf(observation);
    if (mustSucceed && outcome !== OK && outcome !== PAUSED) this.memory.brokenByStep |= I5;
    judgeServed(this.memory, this.conversion, gfn, observation);
    return observation;
  }

  private get isAtRest(): boolean {
    for (const at of this.pausedAt) if (at !== NO_PAUSE) return false;
    return this.conversion.at === NO_PAUSE;
  }

  /** The hardware walk, then kvm_mmu_do_page_fault(): the attribute of now makes the fault private or shared. */
  private touch(vcpu: number, pauseAfter: AccessPause): Observation {
    const gfn = this.gfn[vcpu];
    if (this.memory.leaves.covering(gfn) >= 0) return this.served(vcpu);
    this.memory.tally.faults++;
    this.isPrivate[vcpu] = this.memory.attributes.isPrivate(gfn) ? 1 : 0;
    return pauseAfter === PAUSE_FAULT ? this.pause(vcpu, PAUSE_FAULT) : this.check(vcpu, pauseAfter);
  }

  /** Completes the vCPU's paused access, if one is. */
  resume(vcpu: number): Observation {
    const at = this.pausedAt[vcpu];
    if (at === NO_PAUSE) return NOTHING_PAUSED;
    this.pausedAt[vcpu] = NO_PAUSE;
    const observation = this.goOnFrom(at, vcpu);
    judgeServed(this.memory, this.conversion, this.gfn[vcpu], observation);
    return observation;
  }

  private goOnFrom(at: number, vcpu: number): Observation {
    if (at === PAUSE_FAULT) return this.check(vcpu, NO_PAUSE);
    if (at === PAUSE_CHECK) return this.lookup(vcpu, NO_PAUSE);
    return this.install(vcpu);
  }

  private pause(vcpu: number, at: AccessPause): Observation {
    this.pausedAt[vcpu] = at;
    return plain(PAUSED, RULE.accessPaused);
  }

  /** The head of kvm_faultin_pfn() and __kvm_faultin_pfn(). In 6.8 a stale fault is retried before its attribute is looked at. */
  private check(vcpu: number, pauseAfter: AccessPause): Observation {
    const gfn = this.gfn[vcpu];
    this.snapshot[vcpu] = this.memory.invalidation.sequence;
    this.endsSeen[vcpu] = this.memory.invalidation.ends;
    if (this.memory.slots.of(gfn) !== null && this.isStale(vcpu)) return this.retry(vcpu);
    if (this.memory.attributes.isPrivate(gfn) !== (this.isPrivate[vcpu] === 1)) return this.exit(vcpu, RULE.attributeDiffers);
    return pauseAfter === PAUSE_CHECK ? this.pause(vcpu, PAUSE_CHECK) : this.lookup(vcpu, pauseAfter);
  }

  /** kvm_faultin_pfn_private(), or the host's own page table; kvm_handle_noslot_fault(). */
  private lookup(vcpu: number, pauseAfter: AccessPause): Observation {
    const slot = this.memory.slots.of(this.gfn[vcpu]);
    if (this.isPrivate[vcpu] === 1) {
      if (slot === null) return this.exit(vcpu, RULE.privateWithoutSlot);
      if (!hasGuestMemfd(slot)) return this.exit(vcpu, RULE.slotWithoutGuestMemfd);
      this.pfn[vcpu] = this.memory.pages.get(this.gfn[vcpu]);
    } else {
      if (slot === null) return plain(MMIO, RULE.emulatedMmio);
      this.pfn[vcpu] = SHARED_PFN;
    }
    return pauseAfter === PAUSE_LOOKUP ? this.pause(vcpu, PAUSE_LOOKUP) : this.install(vcpu);
  }

  /** kvm_tdp_mmu_page_fault() under the lock, then the guest goes on and executes the access again. */
  private install(vcpu: number): Observation {
    if (this.isStale(vcpu)) return this.retry(vcpu);
    const slot = this.memory.slots.of(this.gfn[vcpu]);
    // The slot went away: an invalidation has ended since.
    if (slot === null) return this.retry(vcpu);
    return this.map(vcpu, slot) ? this.served(vcpu) : plain(HOST_FATAL, RULE.pfnChanged);
  }

  /** kvm_tdp_mmu_map(). False: a present leaf would get another host frame, BUG(). */
  private map(vcpu: number, slot: MemorySlot): boolean {
    const { leaves, tally } = this.memory;
    const gfn = this.gfn[vcpu];
    const level = this.memory.mappingLevel(slot, gfn, this.isPrivate[vcpu] === 1);
    let present = leaves.covering(gfn);
    if (present >= 0 && leaves.levelOf(present) >= level) {
      // A larger leaf above is split, which copies its host frames.
      if (leaves.pfnOf(present) !== this.pfn[vcpu]) return false;
      if (leaves.levelOf(present) === level) tally.spuriousFaults++;
      for (; leaves.levelOf(present) > level; present = leaves.covering(gfn)) leaves.split(present);
      return true;
    }
    const base = blockOf(gfn, level);
    // A huge leaf replaces the page table below it.
    if (leaves.remove(base, base + LEVEL_PAGES[level]) > 0) tally.tlbFlushes++;
    this.addLeaf(base, level, this.pfn[vcpu], slot);
    return true;
  }

  /** make_spte() */
  private addLeaf(base: number, level: Level, pfn: number, slot: MemorySlot): void {
    const rule = leafRule(isHostMmio(slot), this.devices.noncoherent, this.devices.ignoresGuestPat);
    this.memory.leaves.add(base, level, pfn, wordByRule(rule), rule);
  }

  private isStale(vcpu: number): boolean {
    return this.memory.invalidation.isStale(this.snapshot[vcpu], this.gfn[vcpu]);
  }

  private retry(vcpu: number): Observation {
    this.memory.tally.retries++;
    const isOpen = this.memory.invalidation.covers(this.gfn[vcpu]);
    if (!isOpen && this.memory.invalidation.ends === this.endsSeen[vcpu]) this.memory.brokenByStep |= I6;
    return plain(RETRY, isOpen ? RULE.invalidationInProgress : RULE.invalidationEnded);
  }

  /** kvm_mmu_prepare_memory_fault_exit() */
  private exit(vcpu: number, rule: number): Observation {
    judgeExit(this.memory, this.gfn[vcpu], this.isPrivate[vcpu] === 1);
    this.memory.tally.memoryFaults++;
    if (this.isPrivate[vcpu] === 1) this.memory.tally.memoryFaultsPrivate++;
    return memoryFault(this.isPrivate[vcpu] === 1 ? PRIVATE : SHARED, rule);
  }

  /** The access through the leaf: with ipat the EPT type alone, else combined with the type from the guest PAT. */
  private served(vcpu: number): Observation {
    const { leaves } = this.memory;
    const index = leaves.covering(this.gfn[vcpu]);
    const built = leaves.ruleOf(index);
    const ignoresPat = built === RULE.guestPatIgnored;
    const patType = this.registers.patType(vcpu, this.pat[vcpu]);
    const memtype = ignoresPat ? WB : combined(built === RULE.hostMmioIsUncached, patType);
    const rule = this.registers.hasPaging(vcpu) ? built : unpaged(built);
    if (!this.hasPrivateMemory) return typed(memtype, leaves.levelOf(index), leaves.wordOf(index), rule);
    const page = leaves.pfnOf(index) === SHARED_PFN ? SHARED : PRIVATE;
    return typedPage(memtype, leaves.levelOf(index), leaves.wordOf(index), page, rule);
  }
}
