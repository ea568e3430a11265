/** What must hold after every step; hazards and variants break it. Hardware walks for every access here, so that no TLB can be stale. */
import { LEVEL_4K } from '../contract/address.js';
import type { Invariant } from '../contract/invariant.js';
import { detailOf, type Observation, OK, outcomeOf, PRIVATE } from '../contract/observation.js';
import type { Citation } from '../contract/rule.js';
import type { Conversion } from './conversion.js';
import type { GuestMemory } from './guest-memory.js';
import { SHARED_PFN } from './leaves.js';
import { hasGuestMemfd } from './memory-slots.js';

const linux = (file: string, place: string): Citation => ({ document: `Linux v6.8 ${file}`, place });
const MAIN = 'virt/kvm/kvm_main.c';
const MMU = 'arch/x86/kvm/mmu/mmu.c';
const API = 'Documentation/virt/kvm/api.rst';

/** In the order of their bits. */
export const INVARIANTS: readonly Invariant[] = [
  {
    id: 'I1',
    sentence: 'Every leaf is of the kind that the attribute of each frame it maps says.',
    citation: linux(MAIN, 'kvm_vm_set_mem_attributes()'),
  },
  {
    id: 'I1h',
    sentence: 'A leaf of 2M or more maps frames of one attribute in one memslot and is not mixed.',
    citation: linux(MMU, 'kvm_arch_post_set_memory_attributes()'),
  },
  {
    id: 'I5',
    sentence: 'At rest an access to a memslot that can serve it succeeds after at most one fault.',
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
    sentence: 'A freed page is in no leaf.',
    citation: linux('virt/kvm/guest_memfd.c', 'kvm_gmem_punch_hole()'),
  },
  {
    id: 'I8',
    sentence: 'The sequence counts the invalidations that ended, and those in progress are those that began and have not ended.',
    citation: linux(MAIN, 'kvm_mmu_invalidate_begin(), kvm_mmu_invalidate_end()'),
  },
  {
    id: 'I9',
    sentence: 'A fault exits to userspace only if the attribute changed under it, or memslot or guest_memfd are missing.',
    citation: linux(API, 'KVM_EXIT_MEMORY_FAULT'),
    event: true,
  },
  {
    id: 'I12',
    sentence: 'After a conversion returned no access to its frames is served by the old page.',
    citation: linux(API, 'KVM_SET_MEMORY_ATTRIBUTES'),
    event: true,
  },
  {
    id: 'I14',
    sentence: 'A conversion to what every frame already is changes nothing and counts nothing.',
    citation: linux(MAIN, 'kvm_range_has_memory_attributes()'),
    event: true,
  },
];

const I1 = 1;
const I1H = 2;
export const I5 = 4;
export const I6 = 8;
const I7 = 16;
const I8 = 32;
const I9 = 64;
const I12 = 128;
const I14 = 256;

/** Every invariant that was broken since the last call, or that the state breaks. */
export function brokenInvariants(memory: GuestMemory, conversion: Conversion): number {
  let broken = memory.brokenByStep;
  memory.brokenByStep = 0;
  for (let leaf = 0; leaf < memory.leaves.count; leaf++) broken |= brokenByLeaf(memory, leaf);
  const { inProgress, sequence, ends } = memory.invalidation;
  return inProgress === (conversion.hasBegun ? 1 : 0) && sequence === ends ? broken : broken | I8;
}

function brokenByLeaf(memory: GuestMemory, leaf: number): number {
  const { leaves, attributes, pages, slots } = memory;
  const base = leaves.baseOf(leaf);
  const end = leaves.endOf(leaf);
  const isPrivate = leaves.pfnOf(leaf) !== SHARED_PFN;
  let broken = attributes.all(base, end, isPrivate) ? 0 : I1;
  if (isPrivate && pages.find(base) !== leaves.pfnOf(leaf)) broken |= I7;
  if (leaves.levelOf(leaf) === LEVEL_4K) return broken;
  const slot = slots.of(base);
  const isSound =
    slot !== null && slot.end >= end && !memory.isMixed(base, leaves.levelOf(leaf)) && attributes.isUniform(base, end);
  return isSound ? broken : broken | I1H;
}

/** At an exit to userspace of a fault of this kind. */
export function judgeExit(memory: GuestMemory, gfn: number, isPrivate: boolean): void {
  const slot = memory.slots.of(gfn);
  const canServe = slot !== null && (!isPrivate || hasGuestMemfd(slot));
  if (canServe && memory.attributes.isPrivate(gfn) === isPrivate) memory.brokenByStep |= I9;
}

/** At the end of an access: it is served by the page of the attribute, unless its frame is in conversion. */
export function judgeServed(memory: GuestMemory, conversion: Conversion, gfn: number, observation: Observation): void {
  if (outcomeOf(observation) !== OK || conversion.isConverting(gfn)) return;
  if ((detailOf(observation) === PRIVATE) !== memory.attributes.isPrivate(gfn)) memory.brokenByStep |= I12;
}

/** After a conversion of frames that had the attribute already. @param events what was counted meanwhile */
export function judgeRedundant(memory: GuestMemory, events: number): void {
  if (events !== 0) memory.brokenByStep |= I14;
}

/** What a conversion that changes nothing must not add to. */
export function eventsOf({ tally, invalidation }: GuestMemory): number {
  return tally.zappedLeaves + tally.tlbFlushes + invalidation.ends;
}

/** Whether a frame lies in a memslot that has the page that its attribute asks for. */
export function canBeServed(memory: GuestMemory, gfn: number): boolean {
  const slot = memory.slots.of(gfn);
  return slot !== null && (hasGuestMemfd(slot) || !memory.attributes.isPrivate(gfn));
}
