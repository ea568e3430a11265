/**
 * What must hold between and after conversions: invariants I1 to I14 of the project's specification, as far as a TD has what they speak of.
 * Bits of a number are the positions in INVARIANTS. Some are judged on the state after a step, some while the step runs (`Vm.broken`).
 */
import { LEVEL_4K, LEVEL_PAGES } from '../contract/address.js';
import type { Invariant } from '../contract/invariant.js';
import { NOT_VALIDATED, type Observation, OK, outcomeOf, UNDEFINED } from '../contract/observation.js';
import type { Citation } from '../contract/rule.js';
import type { Counts } from './counts.js';
import type { GuestAccess } from './guest-access.js';
import type { Switches } from './switches.js';
import type { Vm } from './vm.js';

const linux = (file: string, place: string): Citation => ({ document: `Linux v6.16 ${file}`, place });
const MAIN = 'virt/kvm/kvm_main.c';
const MMU = 'arch/x86/kvm/mmu/mmu.c';
const API = 'Documentation/virt/kvm/api.rst';

/** In the order of their bits. I10 and I14 are the merged design's. */
export const INVARIANTS: readonly Invariant[] = [
  {
    id: 'I1',
    sentence:
      'Every leaf that covers a frame has the kind of the attribute of the frame (RFC order: outside conversions in flight).',
    citation: linux(MAIN, 'kvm_vm_set_mem_attributes()'),
  },
  {
    id: 'I1h',
    sentence:
      'A huge leaf covers frames of one attribute, lies in one memslot and is not mixed (RFC order: outside conversions in flight).',
    citation: linux(MMU, 'kvm_arch_post_set_memory_attributes()'),
  },
  {
    id: 'I2',
    sentence: 'Each TLB entry equals the translation of a leaf that is present.',
    citation: linux(MAIN, 'kvm_flush_remote_tlbs()'),
  },
  {
    id: 'I5',
    sentence: 'With nothing in flight, an access of the kind of the attribute is served after at most one fault and one ACCEPT.',
    citation: linux(MMU, 'kvm_mmu_page_fault()'),
    event: true,
  },
  {
    id: 'I6',
    sentence: 'A fault retries only if an invalidation of its frame is in progress or one ended since its snapshot.',
    citation: linux('include/linux/kvm_host.h', 'mmu_invalidate_retry_gfn()'),
    event: true,
  },
  {
    id: 'I7',
    sentence: 'A freed page is in no leaf and in no TLB.',
    citation: linux('virt/kvm/guest_memfd.c', 'kvm_gmem_punch_hole()'),
  },
  {
    id: 'I8',
    sentence: 'The sequence number counts the ended invalidations, and as many are in progress as were begun and not ended.',
    citation: linux(MAIN, 'kvm_mmu_invalidate_begin(), kvm_mmu_invalidate_end()'),
  },
  {
    id: 'I9',
    sentence: 'A memory fault exits only if the attribute differs, or memslot or guest_memfd are missing.',
    citation: linux(API, 'KVM_EXIT_MEMORY_FAULT'),
    event: true,
  },
  {
    id: 'I10',
    sentence:
      'A page in the S-EPT is held, in no other EPT, has attribute private, and stays when private frames are converted to private (merged only).',
    citation: linux('arch/x86/kvm/vmx/tdx.c', 'tdx_mem_page_aug(), tdx_sept_drop_private_spte()'),
  },
  {
    id: 'I12',
    sentence: 'After a conversion has returned, no access is served from the old page.',
    citation: linux(API, 'KVM_SET_MEMORY_ATTRIBUTES'),
    event: true,
  },
  {
    id: 'I14',
    sentence: 'A conversion to the present attributes changes nothing (merged only).',
    citation: linux(MAIN, 'kvm_range_has_memory_attributes()'),
    event: true,
  },
];

/** As a profile lists them: null where one is not meant to hold. */
export function statedInvariants({ zapFirst }: Switches): (Invariant | null)[] {
  return INVARIANTS.map((invariant) => (zapFirst || (invariant.id !== 'I10' && invariant.id !== 'I14') ? invariant : null));
}

const I1 = 1;
const I1H = 2;
const I2 = 4;
const I5 = 8;
const I6 = 16;
const I7 = 32;
const I8 = 64;
const I9 = 128;
const I10 = 256;
const I12 = 512;
const I14 = 1024;

/** Every invariant that was broken since the last call, or that the state breaks. */
export function brokenInvariants(vm: Vm): number {
  if (!vm.hasPrivateMemory) return 0;
  const brokenBySteps = vm.broken;
  vm.broken = 0;
  return (
    brokenBySteps |
    brokenByShared(vm) |
    brokenBySecure(vm) |
    brokenByFree(vm) |
    (isTlbInLeaves(vm) ? 0 : I2) |
    (isSequenceRight(vm) ? 0 : I8)
  );
}

function brokenByShared(vm: Vm): number {
  const ept = vm.sharedEpt;
  let broken = 0;
  for (let leaf = 0; leaf < ept.leaves.count; leaf++) {
    const level = ept.level(leaf);
    const start = ept.base(leaf);
    const end = start + LEVEL_PAGES[level];
    if (mayLag(vm, start, end)) continue;
    if (!vm.attributes.isAll(start, end, false)) broken |= I1;
    if (level > LEVEL_4K && !isHugeLeafSound(vm, start, end)) broken |= I1H;
  }
  return broken;
}

/** In the order of RFC v8 the leaves of a conversion go after the attributes changed. */
function mayLag({ switches, conversion }: Vm, start: number, end: number): boolean {
  return !switches.zapFirst && conversion.isInFlight && start < conversion.end && end > conversion.start;
}

function isHugeLeafSound(vm: Vm, start: number, end: number): boolean {
  const slot = vm.slots.slotOf(start);
  return slot >= 0 && vm.slots.contains(slot, start, end) && vm.attributes.isUniform(start, end) && !vm.isMixed(start, end - start);
}

function brokenBySecure(vm: Vm): number {
  const { leaves } = vm.secureEpt;
  let broken = 0;
  for (let leaf = 0; leaf < leaves.count; leaf++) {
    const gfn = leaves.keys[leaf];
    if (!mayLag(vm, gfn, gfn + 1) && !vm.attributes.isPrivate(gfn)) broken |= vm.switches.zapFirst ? I1 | I10 : I1;
  }
  return broken;
}

/** The S-EPT holds its pages; shared leaves are of frames below the private ones by construction of `GuestMemfd`. */
function brokenByFree(vm: Vm): number {
  const { leaves } = vm.secureEpt;
  let broken = 0;
  for (let leaf = 0; leaf < leaves.count; leaf++) {
    if (vm.memfd.isFreed(leaves.pfns[leaf])) broken |= I7;
    if (vm.switches.zapFirst && !vm.memfd.isHeld(leaves.pfns[leaf])) broken |= I10;
  }
  const { entries } = vm.tlb;
  for (let entry = 0; entry < entries.count; entry++) {
    if (vm.tlb.isPrivate(entry) && vm.memfd.isFreed(entries.pfns[entry])) broken |= I7;
  }
  return broken;
}

function isTlbInLeaves(vm: Vm): boolean {
  const { entries } = vm.tlb;
  for (let entry = 0; entry < entries.count; entry++) {
    if (entries.pfns[entry] !== translation(vm, vm.tlb.gfn(entry), vm.tlb.isPrivate(entry))) return false;
  }
  return true;
}

/** The pfn that a walk finds, or -1. */
function translation(vm: Vm, gfn: number, isPrivate: boolean): number {
  const leaf = isPrivate ? vm.secureEpt.find(gfn) : vm.sharedEpt.find(gfn);
  if (leaf < 0) return -1;
  if (isPrivate) return vm.secureEpt.leaves.pfns[leaf];
  return vm.sharedEpt.leaves.pfns[leaf] + gfn - vm.sharedEpt.base(leaf);
}

/** An invalidation outlives a step only in a paused conversion. */
function isSequenceRight(vm: Vm): boolean {
  return (
    vm.invalidation.sequence === vm.counts.invalidations && vm.invalidation.inProgress === (vm.conversion.isInvalidating ? 1 : 0)
  );
}

/** At a memory fault. */
export function judgeExit(vm: Vm, access: GuestAccess): void {
  const slot = vm.slots.slotOf(access.gfn);
  const canServe = slot >= 0 && (!access.isPrivate || vm.slots.hasGuestMemfd(slot));
  if (canServe && vm.attributes.isPrivate(access.gfn) === access.isPrivate) vm.broken |= I9;
}

/** At a retry: `invalidation.ends` is what was counted, whatever the sequence number says. */
export function judgeRetry(vm: Vm, access: GuestAccess): void {
  if (!vm.invalidation.covers(access.gfn) && vm.counts.invalidations === access.endsSeen) vm.broken |= I6;
}

/** When an access is served: from the page of its own kind, which must be the attribute's once conversions have returned. */
export function judgeServed(vm: Vm, access: GuestAccess): void {
  if (!vm.hasPrivateMemory) return;
  const { conversion } = vm;
  const isConverting = conversion.isInFlight && access.gfn >= conversion.start && access.gfn < conversion.end;
  if (!isConverting && vm.attributes.isPrivate(access.gfn) !== access.isPrivate) vm.broken |= I12;
}

/** After an access that ran with nothing in flight, of the attribute's kind and to a memslot that can serve it. */
export function judgeLiveness(vm: Vm, observation: Observation, faults: number): void {
  const outcome = outcomeOf(observation);
  const isServed = outcome === OK || outcome === NOT_VALIDATED || outcome === UNDEFINED;
  if (!isServed || faults > 1) vm.broken |= I5;
}

/** After a conversion of a range that had the attributes already: what it zapped, flushed, stored, and the pages it lost. */
export function judgeRedundant(vm: Vm, events: number): void {
  if (vm.switches.zapFirst && events !== 0) vm.broken |= I10 | I14;
}

/** What a conversion that changes nothing must not do. */
export function eventsOf(counts: Counts): number {
  return counts.zapLeaf + counts.tlbFlush + counts.invalidations + counts.attrStores;
}
