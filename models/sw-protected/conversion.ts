/** KVM_SET_MEMORY_ATTRIBUTES. Linux v6.8 virt/kvm/kvm_main.c, kvm_vm_set_mem_attributes(), statements in its order. */
import { type Observation, OK, plain } from '../contract/observation.js';
import {
  type ConversionPause,
  NO_PAUSE,
  PAUSE_INVALIDATE_BEGIN,
  PAUSE_INVALIDATE_END,
  PAUSE_STORE,
} from '../contract/operation.js';
import type { GuestMemory } from './guest-memory.js';
import { RULE } from './rules.js';
import type { Switches } from './switches.js';

export class Conversion {
  /** What was done last of a conversion under way; NO_PAUSE: none is. */
  at: ConversionPause = NO_PAUSE;
  start = 0;
  end = 0;
  toPrivate = false;
  /** An invalidation is open: a part of the range lies in a memslot. */
  hasBegun = false;

  constructor(
    private readonly memory: GuestMemory,
    private readonly switches: Switches,
  ) {}

  reset(): void {
    this.at = NO_PAUSE;
    this.hasBegun = false;
  }

  /** Whether a conversion of the frame has begun and not yet returned. */
  isConverting(gfn: number): boolean {
    return this.at !== NO_PAUSE && gfn >= this.start && gfn < this.end;
  }

  run(start: number, end: number, toPrivate: boolean, pauseAfter: ConversionPause): Observation {
    // kvm_range_has_memory_attributes()
    if (this.memory.attributes.all(start, end, toPrivate)) {
      this.memory.tally.attributeNoops++;
      return plain(OK, RULE.attributesEqual);
    }
    this.start = start;
    this.end = end;
    this.toPrivate = toPrivate;
    this.preSet();
    this.at = PAUSE_INVALIDATE_BEGIN;
    return this.continueTo(pauseAfter);
  }

  /** Completes the conversion that is paused, if one is. */
  finish(): Observation {
    return this.at === NO_PAUSE ? plain(OK, RULE.nothingPaused) : this.continueTo(NO_PAUSE);
  }

  private continueTo(pauseAfter: ConversionPause): Observation {
    while (this.at !== pauseAfter) {
      if (this.at === PAUSE_INVALIDATE_BEGIN) {
        this.memory.attributes.store(this.start, this.end, this.toPrivate);
        this.memory.tally.attributeStores += this.end - this.start;
        this.at = PAUSE_STORE;
      } else if (this.at === PAUSE_STORE) {
        this.postSet();
        this.at = PAUSE_INVALIDATE_END;
      } else this.at = NO_PAUSE;
    }
    return plain(OK, this.at === NO_PAUSE ? this.rule() : RULE.conversionPaused);
  }

  /** The switch that makes a variant, else the order of 6.8. */
  private rule(): number {
    const { headTailAdd, skipZap, noInvalidation } = this.switches;
    if (skipZap) return RULE.zapSkipped;
    if (noInvalidation) return RULE.invalidationSkipped;
    return headTailAdd ? RULE.headTailAdded : RULE.attributesSet;
  }

  /** kvm_pre_set_memory_attributes() of every slot part, one invalidation around all, and the flush. */
  private preSet(): void {
    const { slots, invalidation, leaves, tally } = this.memory;
    const { headTailAdd, skipZap, noInvalidation } = this.switches;
    this.hasBegun = false;
    let removed = 0;
    let hasPart = false;
    for (let i = 0; i < slots.count; i++) {
      const slot = slots.at(i);
      const from = Math.max(this.start, slot.start);
      const to = Math.min(this.end, slot.end);
      if (from >= to) continue;
      hasPart = true;
      if (!noInvalidation) {
        if (!this.hasBegun) invalidation.begin();
        this.hasBegun = true;
        invalidation.add(from, to);
        if (headTailAdd) this.memory.addHeadAndTail(slot, from, to);
      }
      if (skipZap) continue;
      removed += leaves.remove(from, to);
      tally.zapCalls++;
    }
    tally.zappedLeaves += removed;
    if (removed > 0 || (hasPart && skipZap)) tally.tlbFlushes++;
  }

  /** kvm_mmu_invalidate_end(), then kvm_arch_post_set_memory_attributes() of every slot part; one hold of the lock. */
  private postSet(): void {
    if (this.hasBegun) this.memory.invalidation.finish();
    this.hasBegun = false;
    this.memory.mixedFrom.store(this.start, this.end, this.toPrivate);
  }
}
