/** KVM_SET_MEMORY_ATTRIBUTES, in steps between which other actors may run. One at a time: slots_lock is held throughout. */
import { LEVEL_1G, LEVEL_2M, LEVEL_PAGES } from '../contract/address.js';
import {
  type ConversionPause,
  NO_PAUSE,
  PAUSE_INVALIDATE_BEGIN,
  PAUSE_INVALIDATE_END,
  PAUSE_STORE,
} from '../contract/operation.js';
import { FILTER_BOTH, FILTER_PRIVATE, FILTER_SHARED, type Filter } from './root-filter.js';
import { RULE } from './rules.js';
import type { Switches } from './switches.js';
import type { Vm } from './vm.js';

export class Conversion {
  start = 0;
  end = 0;
  toPrivate = false;
  /** The step that it stopped after, or NO_PAUSE if none is in flight. */
  pausedAt: ConversionPause = NO_PAUSE;
  /** Did it begin an invalidation? */
  private isOpened = false;

  get isInvalidating(): boolean {
    return this.isOpened;
  }

  reset(): void {
    this.pausedAt = NO_PAUSE;
    this.isOpened = false;
  }

  get isInFlight(): boolean {
    return this.pausedAt !== NO_PAUSE;
  }

  /** kvm_vm_set_mem_attributes(): false if the range had the attributes already and nothing was done. */
  begin(vm: Vm, start: number, end: number, toPrivate: boolean, pauseAfter: ConversionPause): boolean {
    this.start = start;
    this.end = end;
    this.toPrivate = toPrivate;
    if (vm.switches.earlyOutEqual && vm.attributes.isAll(start, end, toPrivate)) {
      vm.counts.attrNoop++;
      return false;
    }
    if (vm.switches.zapFirst) this.invalidateSlotParts(vm);
    else this.openWhole(vm);
    this.pausedAt = PAUSE_INVALIDATE_BEGIN;
    if (pauseAfter !== PAUSE_INVALIDATE_BEGIN) this.proceed(vm, pauseAfter);
    return true;
  }

  /** The steps that are left, up to `pauseAfter`. */
  proceed(vm: Vm, pauseAfter: ConversionPause): void {
    if (this.pausedAt === PAUSE_INVALIDATE_BEGIN) {
      this.store(vm);
      this.pausedAt = PAUSE_STORE;
      if (pauseAfter === PAUSE_STORE) return;
    }
    if (this.pausedAt === PAUSE_STORE) {
      if (vm.switches.zapFirst) this.close(vm);
      else this.zapAndClose(vm);
      this.pausedAt = PAUSE_INVALIDATE_END;
      if (pauseAfter === PAUSE_INVALIDATE_END) return;
    }
    this.reset();
  }

  /** pre_set_range: kvm_pre_set_memory_attributes() for each memslot that the range meets; without one, no invalidation. */
  private invalidateSlotParts(vm: Vm): void {
    let isFlushNeeded = false;
    const opposite = this.toPrivate ? FILTER_SHARED : FILTER_PRIVATE;
    for (let slot = vm.slots.firstEndingAfter(this.start); slot < vm.slots.count && vm.slots.start(slot) < this.end; slot++) {
      this.open(vm);
      const start = Math.max(this.start, vm.slots.start(slot));
      const end = Math.min(this.end, vm.slots.end(slot));
      this.announce(vm, start, end);
      if (vm.switches.headTailAdd) this.announceHeadAndTail(vm, slot, start, end);
      if (this.zapPart(vm, start, end, opposite)) isFlushNeeded = true;
    }
    if (isFlushNeeded) vm.flush();
  }

  /** RFC v8: one invalidation of the whole range, memslots or not, and no zap yet. */
  private openWhole(vm: Vm): void {
    this.open(vm);
    this.announce(vm, this.start, this.end);
  }

  private open(vm: Vm): void {
    if (this.isOpened || vm.switches.noInvalidation) return;
    vm.invalidation.begin();
    this.isOpened = true;
  }

  private announce(vm: Vm, start: number, end: number): void {
    if (this.isOpened) vm.invalidation.add(start, end);
  }

  /**
   * kvm_arch_pre_set_memory_attributes(): a huge region that the part covers in part and that is not mixed yet retries as a whole, lest a
   * fault on a neighbour install a huge leaf over frames in conversion.
   */
  private announceHeadAndTail(vm: Vm, slot: number, start: number, end: number): void {
    for (let level = LEVEL_2M; level <= LEVEL_1G; level++) {
      const pages = LEVEL_PAGES[level];
      const head = start - (start % pages);
      const tail = end - 1 - ((end - 1) % pages);
      if (head < start || head + pages > end) this.announceHuge(vm, slot, head, pages);
      if (tail !== head && tail + pages > end) this.announceHuge(vm, slot, tail, pages);
    }
  }

  private announceHuge(vm: Vm, slot: number, base: number, pages: number): void {
    if (vm.slots.contains(slot, base, base + pages) && !vm.isMixed(base, pages)) this.announce(vm, base, base + pages);
  }

  /** With zaps skipped the leaves stay, but TLBs are flushed as if they had gone. */
  private zapPart(vm: Vm, start: number, end: number, filter: Filter): boolean {
    return vm.switches.skipZap ? true : vm.zap(start, end, filter);
  }

  private store(vm: Vm): void {
    vm.attributes.set(this.start, this.end, this.toPrivate);
    vm.counts.attrStores += this.end - this.start;
  }

  /** post_set_range: end, then kvm_arch_post_set_memory_attributes(), under one hold of mmu_lock. */
  private close(vm: Vm): void {
    this.closeInvalidation(vm);
    vm.mixedBasis.set(this.start, this.end, this.toPrivate);
  }

  /** RFC v8 kvm_vm_ioctl_set_mem_attributes(): both EPTs, whatever the target, and the flush before the end. */
  private zapAndClose(vm: Vm): void {
    let isFlushNeeded = false;
    for (let slot = vm.slots.firstEndingAfter(this.start); slot < vm.slots.count && vm.slots.start(slot) < this.end; slot++) {
      const start = Math.max(this.start, vm.slots.start(slot));
      const end = Math.min(this.end, vm.slots.end(slot));
      if (this.zapPart(vm, start, end, FILTER_BOTH)) isFlushNeeded = true;
    }
    vm.mixedBasis.set(this.start, this.end, this.toPrivate);
    if (isFlushNeeded) vm.flush();
    this.closeInvalidation(vm);
  }

  /** The switch that makes a variant, else the order of the profile. */
  rule({ skipZap, noInvalidation, zapFirst, headTailAdd }: Switches): number {
    if (skipZap) return RULE.zapSkipped;
    if (noInvalidation) return RULE.invalidationSkipped;
    if (!zapFirst) return RULE.zapsLast;
    return headTailAdd ? RULE.zapsFirst : RULE.headTailNotAdded;
  }

  private closeInvalidation(vm: Vm): void {
    if (this.isOpened) vm.endInvalidation();
    this.isOpened = false;
  }
}
