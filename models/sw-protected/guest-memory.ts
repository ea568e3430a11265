/** The memory side of the VM: slots, attributes, private pages, leaves, and the invalidations that keep them in step. */
import { LEVEL_1G, LEVEL_2M, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import type { Counters } from '../contract/counters.js';
import type { Machine } from '../contract/machine.js';
import { Invalidation } from './invalidation.js';
import { Leaves } from './leaves.js';
import { MemoryAttributes } from './memory-attributes.js';
import { blockOf, hasGuestMemfd, hostLevel, type MemorySlot, MemorySlots } from './memory-slots.js';
import { PrivatePages } from './private-pages.js';
import { Tally } from './tally.js';

export class GuestMemory {
  readonly slots = new MemorySlots();
  /** mem_attr_array */
  readonly attributes = new MemoryAttributes();
  /** The attributes as of the last recomputation of KVM_LPAGE_MIXED_FLAG: a block is mixed iff they are not uniform in it. */
  readonly mixedFrom = new MemoryAttributes();
  readonly pages = new PrivatePages();
  readonly leaves = new Leaves();
  readonly invalidation = new Invalidation();
  readonly tally = new Tally();
  /** Invariants that were broken (invariants.ts) since somebody asked last, one bit each. */
  brokenByStep = 0;

  reset(machine: Machine): void {
    this.slots.reset(machine.regions);
    this.attributes.reset();
    this.mixedFrom.reset();
    this.pages.reset();
    this.leaves.reset();
    this.invalidation.reset();
    this.tally.reset();
    this.brokenByStep = 0;
  }

  /** guest_memfd clears each page that it allocates. */
  privateMemoryCounters(): Counters {
    const { zapCalls, spuriousFaults, memoryFaultsPrivate, attributeStores, attributeNoops, memoryFaults } = this.tally;
    return {
      ...this.tally.ordinaryCounters(),
      zapCalls,
      invalidations: this.invalidation.ends,
      spuriousFaults,
      memoryFaultsPrivate,
      memoryFaultsShared: memoryFaults - memoryFaultsPrivate,
      pagesAllocated: this.pages.allocated,
      pagesFreed: this.pages.freed,
      pagesZeroed: this.pages.allocated,
      attributeStores,
      attributeNoops,
    };
  }

  isMixed(base: number, level: Level): boolean {
    return !this.mixedFrom.isUniform(base, base + LEVEL_PAGES[level]);
  }

  /** kvm_mmu_max_mapping_level(): private pages are of order 0; a huge page lies inside one slot and is not mixed. */
  mappingLevel(slot: MemorySlot, gfn: number, isPrivate: boolean): Level {
    if (isPrivate) return LEVEL_4K;
    for (let level = hostLevel(slot); level > LEVEL_4K; level--) {
      const base = blockOf(gfn, level);
      if (isInside(slot, base, level) && !this.isMixed(base, level)) return level;
    }
    return LEVEL_4K;
  }

  /** kvm_unmap_gfn_range() and the flush it asks for. Private and shared leaves alike: there is one root. */
  zapLeaves(start: number, end: number): void {
    const removed = this.leaves.remove(start, end);
    this.tally.zapCalls++;
    this.tally.zappedLeaves += removed;
    if (removed > 0) this.tally.tlbFlushes++;
  }

  /** A whole invalidation with nothing in its middle that another actor could see. */
  invalidate(start: number, end: number): void {
    this.invalidation.begin();
    this.invalidation.add(start, end);
    this.zapLeaves(start, end);
    this.invalidation.finish();
  }

  /** An MMU notifier's range: nothing happens where no memslot is. */
  notify(start: number, end: number): void {
    for (let i = 0; i < this.slots.count; i++) {
      const slot = this.slots.at(i);
      if (slot.start >= end || slot.end <= start) continue;
      this.invalidate(start, end);
      return;
    }
  }

  /** kvm_gmem_punch_hole() on the guest_memfd of every slot in the range. */
  punchHole(start: number, end: number): void {
    for (let i = 0; i < this.slots.count; i++) {
      const slot = this.slots.at(i);
      const from = Math.max(start, slot.start);
      const to = Math.min(end, slot.end);
      if (from >= to || !hasGuestMemfd(slot)) continue;
      this.invalidate(from, to);
      this.pages.free(from, to);
    }
  }

  /** The first and last huge page of a slot part, commit 9129633d568e, kvm_arch_pre_set_memory_attributes(). */
  addHeadAndTail(slot: MemorySlot, start: number, end: number): void {
    for (let level: Level = LEVEL_2M; level <= LEVEL_1G; level++) {
      const head = blockOf(start, level as Level);
      const tail = blockOf(end - 1, level as Level);
      this.addHugePage(slot, head, level as Level, start, end);
      if (tail !== head) this.addHugePage(slot, tail, level as Level, start, end);
    }
  }

  private addHugePage(slot: MemorySlot, base: number, level: Level, start: number, end: number): void {
    const beyond = base + LEVEL_PAGES[level];
    const isWhole = base >= start && beyond <= end;
    if (!isWhole && isInside(slot, base, level) && !this.isMixed(base, level)) this.invalidation.add(base, beyond);
  }
}

function isInside(slot: MemorySlot, base: number, level: Level): boolean {
  return base >= slot.start && base + LEVEL_PAGES[level] <= slot.end;
}
