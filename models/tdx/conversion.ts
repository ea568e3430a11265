/** KVM_SET_MEMORY_ATTRIBUTES, in steps between which other actors may run. */
import { LEVEL_1G, LEVEL_2M, LEVEL_PAGES } from '../contract/address.js';
import { type ConversionPause, PAUSE_INVALIDATE_BEGIN, PAUSE_INVALIDATE_END, PAUSE_STORE } from '../contract/operation.js';
import { FILTER_BOTH, FILTER_PRIVATE, FILTER_SHARED, type Filter } from './root-filter.js';
import { RULE } from './rules.js';
import type { Switches } from './switches.js';
import type { Vm } from './vm.js';

/** kvm_vm_set_mem_attributes(): false if the range had the attributes already and nothing was done. */
export function beginConversion(vm: Vm, start: number, end: number, toPrivate: boolean, pauseAfter: ConversionPause): boolean {
  const { conversion } = vm;
  conversion.start = start;
  conversion.end = end;
  conversion.toPrivate = toPrivate;
  if (vm.switches.earlyOutEqual && vm.attributes.isAll(start, end, toPrivate)) {
    vm.counts.attrNoop++;
    return false;
  }
  if (vm.switches.zapFirst) invalidateSlotParts(vm);
  else openWhole(vm);
  conversion.pausedAt = PAUSE_INVALIDATE_BEGIN;
  if (pauseAfter !== PAUSE_INVALIDATE_BEGIN) proceedWithConversion(vm, pauseAfter);
  return true;
}

/** The steps that are left, up to `pauseAfter`. */
export function proceedWithConversion(vm: Vm, pauseAfter: ConversionPause): void {
  const { conversion } = vm;
  if (conversion.pausedAt === PAUSE_INVALIDATE_BEGIN) {
    store(vm);
    conversion.pausedAt = PAUSE_STORE;
    if (pauseAfter === PAUSE_STORE) return;
  }
  if (conversion.pausedAt === PAUSE_STORE) {
    if (vm.switches.zapFirst) close(vm);
    else zapAndClose(vm);
    conversion.pausedAt = PAUSE_INVALIDATE_END;
    if (pauseAfter === PAUSE_INVALIDATE_END) return;
  }
  conversion.reset();
}

/** pre_set_range: kvm_pre_set_memory_attributes() for each memslot that the range meets; without one, no invalidation. */
function invalidateSlotParts(vm: Vm): void {
  const { conversion } = vm;
  let isFlushNeeded = false;
  const opposite = conversion.toPrivate ? FILTER_SHARED : FILTER_PRIVATE;
  for (
    let slot = vm.slots.firstEndingAfter(conversion.start);
    slot < vm.slots.count && vm.slots.start(slot) < conversion.end;
    slot++
  ) {
    open(vm);
    const start = Math.max(conversion.start, vm.slots.start(slot));
    const end = Math.min(conversion.end, vm.slots.end(slot));
    announce(vm, start, end);
    if (vm.switches.headTailAdd) announceHeadAndTail(vm, slot, start, end);
    if (zapPart(vm, start, end, opposite)) isFlushNeeded = true;
  }
  if (isFlushNeeded) vm.flush();
}

/** RFC v8: one invalidation of the whole range, memslots or not, and no zap yet. */
function openWhole(vm: Vm): void {
  open(vm);
  announce(vm, vm.conversion.start, vm.conversion.end);
}

function open(vm: Vm): void {
  if (vm.conversion.isInvalidating || vm.switches.noInvalidation) return;
  vm.invalidation.begin();
  vm.conversion.isInvalidating = true;
}

function announce(vm: Vm, start: number, end: number): void {
  if (vm.conversion.isInvalidating) vm.invalidation.add(start, end);
}

/**
 * kvm_arch_pre_set_memory_attributes(): a huge region that the part covers in part and that is not mixed yet retries as a whole, lest a
 * fault on a neighbour install a huge leaf over frames in conversion.
 */
function announceHeadAndTail(vm: Vm, slot: number, start: number, end: number): void {
  for (let level = LEVEL_2M; level <= LEVEL_1G; level++) {
    const pages = LEVEL_PAGES[level];
    const head = start - (start % pages);
    const tail = end - 1 - ((end - 1) % pages);
    if (head < start || head + pages > end) announceHuge(vm, slot, head, pages);
    if (tail !== head && tail + pages > end) announceHuge(vm, slot, tail, pages);
  }
}

function announceHuge(vm: Vm, slot: number, base: number, pages: number): void {
  if (vm.slots.contains(slot, base, base + pages) && !vm.isMixed(base, pages)) announce(vm, base, base + pages);
}

/** With zaps skipped the leaves stay, but TLBs are flushed as if they had gone. */
function zapPart(vm: Vm, start: number, end: number, filter: Filter): boolean {
  return vm.switches.skipZap ? true : vm.zap(start, end, filter);
}

function store(vm: Vm): void {
  vm.attributes.set(vm.conversion.start, vm.conversion.end, vm.conversion.toPrivate);
  vm.counts.attrStores += vm.conversion.end - vm.conversion.start;
}

/** post_set_range: end, then kvm_arch_post_set_memory_attributes(), under one hold of mmu_lock. */
function close(vm: Vm): void {
  closeInvalidation(vm);
  vm.mixedBasis.set(vm.conversion.start, vm.conversion.end, vm.conversion.toPrivate);
}

/** RFC v8 kvm_vm_ioctl_set_mem_attributes(): both EPTs, whatever the target, and the flush before the end. */
function zapAndClose(vm: Vm): void {
  const { conversion } = vm;
  let isFlushNeeded = false;
  for (
    let slot = vm.slots.firstEndingAfter(conversion.start);
    slot < vm.slots.count && vm.slots.start(slot) < conversion.end;
    slot++
  ) {
    const start = Math.max(conversion.start, vm.slots.start(slot));
    const end = Math.min(conversion.end, vm.slots.end(slot));
    if (zapPart(vm, start, end, FILTER_BOTH)) isFlushNeeded = true;
  }
  vm.mixedBasis.set(conversion.start, conversion.end, conversion.toPrivate);
  if (isFlushNeeded) vm.flush();
  closeInvalidation(vm);
}

/** The switch that makes a variant, else the order of the profile. */
export function conversionRule({ skipZap, noInvalidation, zapFirst, headTailAdd }: Switches): number {
  if (skipZap) return RULE.zapSkipped;
  if (noInvalidation) return RULE.invalidationSkipped;
  if (!zapFirst) return RULE.zapsLast;
  return headTailAdd ? RULE.zapsFirst : RULE.headTailNotAdded;
}

function closeInvalidation(vm: Vm): void {
  if (vm.conversion.isInvalidating) vm.endInvalidation();
  vm.conversion.isInvalidating = false;
}
