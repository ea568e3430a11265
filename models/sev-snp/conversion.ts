/**
 * KVM_SET_MEMORY_ATTRIBUTES in its two orders. Merged: Linux v6.11 virt/kvm/kvm_main.c, kvm_vm_set_mem_attributes(). RFC: RFC v8 02/56,
 * kvm_vm_ioctl_set_mem_attributes(), and the proposals of its thread.
 */
import type { Gfn } from '../contract/address.js';
import { OK, type Observation, plain } from '../contract/observation.js';
import { type ConversionPause, PAUSE_INVALIDATE_BEGIN, PAUSE_INVALIDATE_END, PAUSE_STORE } from '../contract/operation.js';
import { ConversionUpdate } from './conversion-update.js';
import type { GuestMemfd } from './guest-memfd.js';
import { I14 } from './invariants.js';
import { isMixed } from './mapping-level.js';
import { ATTRIBUTE_PRIVATE, MIXED_VIEW_PRIVATE } from './page-runs.js';
import { RULE } from './rules.js';
import type { VirtualMachine } from './virtual-machine.js';

/** No conversion is in flight; otherwise the step after which it stopped. */
export const AT_REST = 0;
export const BEGUN = 1;
export const STORED = 2;
export const ENDED = 3;
export const CONVERSION_STAGE_NAMES = ['', 'invalidate-begin', 'store', 'invalidate-end'] as const;

export class Conversion {
  stage: 0 | 1 | 2 | 3 = AT_REST;
  from: Gfn = 0;
  to: Gfn = 0;
  toPrivate = false;
  private readonly update: ConversionUpdate;

  constructor(
    private readonly vm: VirtualMachine,
    gmem: GuestMemfd,
  ) {
    this.update = new ConversionUpdate(vm, gmem);
  }

  reset(): void {
    this.stage = AT_REST;
  }

  /** Whether a conversion of the frame has begun and not yet returned. */
  isInFlight(gfn: Gfn): boolean {
    return this.meets(gfn, gfn + 1);
  }

  /** Whether such a conversion meets a range of frames. */
  meets(from: Gfn, to: Gfn): boolean {
    return this.stage !== AT_REST && from < this.to && to > this.from;
  }

  /** Starts a conversion; the one before is complete. */
  set(from: Gfn, to: Gfn, toPrivate: boolean, pauseAfter: ConversionPause): Observation {
    const isEqual = this.vm.pages.isAll(from, to, ATTRIBUTE_PRIVATE, toPrivate ? ATTRIBUTE_PRIVATE : 0);
    if (isEqual && this.vm.switches.returnsEarlyWhenEqual) {
      this.vm.counts.attributeNoops++;
      return plain(OK, RULE.attributesAlreadyEqual);
    }
    if (isEqual) this.vm.breakInvariant(I14);
    this.from = from;
    this.to = to;
    this.toPrivate = toPrivate;
    return this.run(pauseAfter);
  }

  /** Goes on to the end, or to where it shall stop. */
  run(pauseAfter: ConversionPause): Observation {
    if (this.stage === AT_REST) {
      this.begin();
      this.stage = BEGUN;
      if (pauseAfter === PAUSE_INVALIDATE_BEGIN) return this.stopped();
    }
    if (this.stage === BEGUN) {
      this.store();
      this.stage = STORED;
      if (pauseAfter === PAUSE_STORE) return this.stopped();
    }
    if (this.stage === STORED) {
      this.end();
      this.stage = ENDED;
      if (pauseAfter === PAUSE_INVALIDATE_END) return this.stopped();
    }
    this.update.finish(this.from, this.to, this.toPrivate);
    this.stage = AT_REST;
    return plain(OK, this.update.hasFailed ? RULE.updateFailed : this.orderRule());
  }

  private stopped(): Observation {
    return plain(OK, RULE.conversionPaused);
  }

  /** The switch that makes a variant, else the order of the design. */
  private orderRule(): number {
    const { switches } = this.vm;
    if (switches.skipZap) return RULE.zapSkipped;
    if (switches.noInvalidation) return RULE.invalidationSkipped;
    if (switches.zapsBeforeStores) return switches.headTailAdd ? RULE.headTailAdded : RULE.zapThenStore;
    if (switches.rmpUpdate === 'at-fault') return RULE.updateDeferred;
    if (switches.rmpUpdate === 'after-unlock') return RULE.updateAfterUnlock;
    return switches.directMap === 'around-lock' ? RULE.updateBetweenHooks : RULE.updateUnderLock;
  }

  private begin(): void {
    this.update.start(this.from, this.to, this.toPrivate);
    if (this.vm.switches.zapsBeforeStores) {
      this.beginAndZap();
      return;
    }
    this.vm.invalidation.begin();
    this.vm.invalidation.add(this.from, this.to);
  }

  /** `kvm_pre_set_memory_attributes()`. */
  private beginAndZap(): void {
    const { regions, invalidation, switches } = this.vm;
    let hasPart = false;
    let flush = false;
    for (let i = regions.firstBehind(this.from); i < regions.count && regions.start[i] < this.to; i++) {
      const from = Math.max(this.from, regions.start[i]);
      const to = Math.min(this.to, regions.end[i]);
      if (!hasPart) invalidation.begin();
      hasPart = true;
      invalidation.add(from, to);
      if (switches.headTailAdd) this.addHeadAndTail(i, from, to);
      if (switches.skipZap) flush = true;
      else if (this.vm.zap(from, to)) flush = true;
    }
    if (flush) this.vm.flush();
  }

  /** `kvm_arch_pre_set_memory_attributes()` of commit 9129633d568e: blocks that the range begins or ends in the middle of. */
  private addHeadAndTail(region: number, from: Gfn, to: Gfn): void {
    for (let level = 2; level <= 3; level++) {
      const pages = this.vm.npt.pagesOf(level);
      const head = from - (from % pages);
      const tail = to - 1 - ((to - 1) % pages);
      if (head < from || head + pages > to) this.addUnmixed(region, head, pages);
      if (tail !== head && tail + pages > to) this.addUnmixed(region, tail, pages);
    }
  }

  private addUnmixed(region: number, block: Gfn, pages: number): void {
    const { regions, invalidation } = this.vm;
    if (block < regions.start[region] || block + pages > regions.end[region]) return;
    if (!isMixed(this.vm, block, pages)) invalidation.add(block, block + pages);
  }

  private store(): void {
    this.vm.counts.attributeStores += this.to - this.from;
    if (this.toPrivate) this.vm.pages.change(this.from, this.to, 0, ATTRIBUTE_PRIVATE);
    else this.vm.pages.change(this.from, this.to, ATTRIBUTE_PRIVATE, 0);
  }

  private end(): void {
    if (this.vm.switches.zapsBeforeStores) this.endMerged();
    else this.zapAndEnd();
  }

  /** `kvm_handle_gfn_range()` with `kvm_arch_post_set_memory_attributes()`. */
  private endMerged(): void {
    const { regions, invalidation } = this.vm;
    const first = regions.firstBehind(this.from);
    const hasPart = first < regions.count && regions.start[first] < this.to;
    if (hasPart) invalidation.end();
    this.recomputeMixed();
  }

  /** RFC v8: `kvm_unmap_mem_range()`, `kvm_arch_set_memory_attributes()`. */
  private zapAndEnd(): void {
    const { regions, invalidation, switches } = this.vm;
    let flush = switches.skipZap;
    for (let i = regions.firstBehind(this.from); i < regions.count && regions.start[i] < this.to; i++) {
      const from = Math.max(this.from, regions.start[i]);
      const to = Math.min(this.to, regions.end[i]);
      if (!switches.skipZap && this.vm.zap(from, to)) flush = true;
      if (regions.canBePrivate(i)) this.update.underLock(from, to, this.toPrivate);
    }
    this.recomputeMixed();
    if (flush) this.vm.flush();
    invalidation.end();
  }

  /** `hugepage_set_mixed()`, `hugepage_clear_mixed()`: the mixed flags follow the attributes. */
  private recomputeMixed(): void {
    if (this.toPrivate) this.vm.pages.change(this.from, this.to, 0, MIXED_VIEW_PRIVATE);
    else this.vm.pages.change(this.from, this.to, MIXED_VIEW_PRIVATE, 0);
  }
}
