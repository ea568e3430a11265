/** What the mechanisms of a guest share: its mappings, its pages, its bookkeeping and its counters. */
import type { Gfn } from '../contract/address.js';
import type { Machine } from '../contract/machine.js';
import { HOST_FATAL, type Observation, outcomeOf, plain, ruleOf, SLEEP_IN_ATOMIC } from '../contract/observation.js';
import type { Switches } from './switches.js';
import { Counts } from './counts.js';
import { GuestRegisters } from './guest-registers.js';
import { Invalidation } from './invalidation.js';
import { NestedPageTable } from './nested-page-table.js';
import { PageFault } from './page-fault.js';
import { PageRuns } from './page-runs.js';
import { Regions } from './regions.js';
import { RULE } from './rules.js';
import { Tlb } from './tlb.js';

const VCPUS = 8;

export class VirtualMachine {
  readonly registers = new GuestRegisters();
  readonly regions = new Regions();
  /** The frames and the pages that guest_memfd has for them. */
  readonly pages = new PageRuns();
  /** Pages that were punched while a conversion held them. */
  readonly pinned = new PageRuns();
  readonly npt: NestedPageTable;
  readonly tlb = new Tlb(VCPUS);
  readonly invalidation: Invalidation;
  readonly counts = new Counts();
  /** The access of each vCPU. */
  readonly faults: readonly PageFault[] = Array.from({ length: VCPUS }, () => new PageFault());

  hasPrivateMemory = false;
  vcpus = 1;
  /** Changes of leaves and RMP entries: a fault that leaves it as it was has changed nothing. */
  changes = 0;
  /** Rule by which the operation broke the host, and by which it slept under mmu_lock; 0: it did not. */
  hostBrokenBy = 0;
  sleptBy = 0;
  /** Invariants that events broke since somebody asked last, one bit each. */
  brokenByEvents = 0;

  /** @param pagesOf2M 4K frames in a 2M block, a power of two; a 1G block has this many 2M blocks. Tests on small machines set 4. */
  constructor(
    readonly switches: Switches,
    readonly pagesOf2M: number,
  ) {
    this.npt = new NestedPageTable(pagesOf2M);
    this.invalidation = new Invalidation(switches.noInvalidation);
  }

  reset(machine: Machine): void {
    this.registers.reset(machine);
    this.regions.reset(machine);
    this.hasPrivateMemory = machine.privateMemory;
    this.vcpus = machine.vcpus;
    this.invalidation.reset();
    this.counts.reset();
    this.changes = 0;
    this.startOperation();
    this.brokenByEvents = 0;
    this.forgetMemory();
  }

  /** No mapping, no private page, every frame shared. */
  forgetMemory(): void {
    this.npt.reset();
    this.tlb.flush();
    this.pages.reset();
    this.pinned.reset();
    for (const fault of this.faults) fault.clear();
  }

  startOperation(): void {
    this.hostBrokenBy = 0;
    this.sleptBy = 0;
  }

  /** The worst of what the operation ran. */
  outcome(observation: Observation): Observation {
    if (this.hostBrokenBy !== 0) return plain(HOST_FATAL, this.hostBrokenBy);
    return this.sleptBy !== 0 ? plain(SLEEP_IN_ATOMIC, this.sleptBy) : observation;
  }

  /** Keeps what an unobserved access did to the host. */
  noteOutcome(observation: Observation): void {
    if (outcomeOf(observation) === HOST_FATAL) this.breakHost(ruleOf(observation));
  }

  breakHost(rule: number): void {
    if (this.hostBrokenBy === 0) this.hostBrokenBy = rule;
  }

  sleepInAtomic(): void {
    this.sleptBy = RULE.sleptInAtomic;
  }

  breakInvariant(bit: number): void {
    this.brokenByEvents |= 1 << bit;
  }

  /** Linux `kvm_unmap_gfn_range()`: whole leaves of the one root, of either kind. Answers whether any was removed. */
  zap(from: Gfn, to: Gfn): boolean {
    const removed = this.npt.remove(from, to);
    this.counts.zapCalls++;
    this.counts.zappedLeaves += removed;
    this.changes += removed;
    return removed > 0;
  }

  /** Linux `kvm_flush_remote_tlbs()`. */
  flush(): void {
    this.counts.tlbFlushes++;
    this.tlb.flush();
  }

  /** `kvm_mmu_notifier_invalidate_range_start()` to `_end()`: the host takes the backing away. Without a slot there nothing begins. */
  invalidateBacking(from: Gfn, to: Gfn): void {
    const { regions, invalidation } = this;
    const first = regions.firstBehind(from);
    if (first >= regions.count || regions.start[first] >= to) return;
    let flush = false;
    invalidation.begin();
    for (let i = first; i < regions.count && regions.start[i] < to; i++) {
      const partFrom = Math.max(from, regions.start[i]);
      const partTo = Math.min(to, regions.end[i]);
      invalidation.add(partFrom, partTo);
      if (this.zap(partFrom, partTo)) flush = true;
    }
    if (flush) this.flush();
    invalidation.end();
  }
}
