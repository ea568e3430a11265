/**
 * What must hold of a guest with private memory, whatever the interleaving. Most are judged of the state after a step, some of what the
 * step did (`event`). Bit n of `SevSnp.brokenInvariants()` belongs to entry n.
 */
import type { Invariant } from '../contract/invariant.js';
import type { Citation } from '../contract/rule.js';
import type { Switches } from './switches.js';

export const I1 = 0;
export const I1H = 1;
export const I2 = 2;
export const I3 = 3;
export const I4A = 4;
export const I4B = 5;
export const I5 = 6;
export const I6 = 7;
export const I7 = 8;
export const I8 = 9;
export const I9 = 10;
export const I11 = 11;
export const I12 = 12;
export const I13 = 13;
export const I14 = 14;

/** I10 is TDX's. */
interface Statement extends Invariant {
  readonly citation: Citation;
  readonly event: boolean;
  /** Whether it is meant to hold for a design; a variant is judged by what holds for the plain design. */
  holdsFor(switches: Switches): boolean;
}

const linux = (file: string, place: string): Citation => ({ document: `Linux v6.11 ${file}`, place });
const thread = (place: string): Citation => ({
  document: 'linux-coco thread on "[PATCH RFC v8 02/56] KVM: x86: Add \'update_mem_attr\' x86 op", March 2023',
  place,
});
const KVM_MAIN = 'virt/kvm/kvm_main.c';
const MMU = 'arch/x86/kvm/mmu/mmu.c';

const always = (): boolean => true;
const isMerged = (switches: Switches): boolean => switches.zapsBeforeStores;
const unmapsDirectMap = (switches: Switches): boolean => switches.directMap !== 'split-only';
const sleepsUnderLock = (switches: Switches): boolean =>
  switches.rmpUpdate === 'under-lock' && switches.directMap === 'with-update';

export const INVARIANTS: readonly Statement[] = [
  {
    id: 'I1',
    sentence:
      'Every leaf is of the kind that the attribute of each frame it maps says: always as merged, outside conversions in flight in the RFC orders.',
    citation: linux(KVM_MAIN, 'kvm_vm_set_mem_attributes()'),
    event: false,
    holdsFor: always,
  },
  {
    id: 'I1h',
    sentence:
      'A leaf of 2M or more maps frames of one attribute in one slot: always as merged, outside conversions in flight in the RFC orders.',
    citation: linux(MMU, 'kvm_arch_post_set_memory_attributes()'),
    event: false,
    holdsFor: always,
  },
  {
    id: 'I2',
    sentence: 'Every TLB entry is the translation of a present leaf.',
    citation: linux(KVM_MAIN, 'kvm_flush_remote_tlbs()'),
    event: false,
    holdsFor: always,
  },
  {
    id: 'I3',
    sentence:
      'The page of a private leaf is assigned to the guest: always where the fault updates the RMP, outside conversions in flight where the conversion does.',
    citation: { document: 'AMD64 APM vol. 2', place: '"RMP and VMPL Access Checks"' },
    event: false,
    holdsFor: always,
  },
  {
    id: 'I4a',
    sentence: "A page that is assigned to the guest is not in the host's direct map.",
    citation: thread('the direct map must be gone before RMPUPDATE'),
    event: false,
    holdsFor: unmapsDirectMap,
  },
  {
    id: 'I4b',
    sentence: 'The direct map of a 2M block with assigned and other pages is split to 4K.',
    citation: linux('arch/x86/virt/svm/sev.c', 'adjust_direct_map()'),
    event: false,
    holdsFor: (switches) => !unmapsDirectMap(switches),
  },
  {
    id: 'I5',
    sentence: 'At rest an access of the kind of the attribute succeeds after at most one fault and one validation.',
    citation: linux(MMU, 'kvm_mmu_page_fault()'),
    event: true,
    holdsFor: always,
  },
  {
    id: 'I6',
    sentence: 'A fault retries only if an invalidation is in progress or one ended since its snapshot.',
    citation: linux('include/linux/kvm_host.h', 'mmu_invalidate_retry_gfn()'),
    event: true,
    holdsFor: always,
  },
  {
    id: 'I7',
    sentence: "A free page is not assigned, in no leaf, and in the host's direct map.",
    citation: linux('arch/x86/kvm/svm/sev.c', 'sev_gmem_invalidate()'),
    event: false,
    holdsFor: always,
  },
  {
    id: 'I8',
    sentence: 'The sequence counts the invalidations that ended, and those in progress are those that began and have not ended.',
    citation: linux(KVM_MAIN, 'kvm_mmu_invalidate_begin(), kvm_mmu_invalidate_end()'),
    event: false,
    holdsFor: always,
  },
  {
    id: 'I9',
    sentence: 'An access exits to userspace only if the attribute differs from it or there is no slot that could serve it.',
    citation: linux('Documentation/virt/kvm/api.rst', 'KVM_EXIT_MEMORY_FAULT'),
    event: true,
    holdsFor: always,
  },
  {
    id: 'I11',
    sentence: 'A page that is private and stays so does not lose the validation that the guest gave it.',
    citation: { document: 'AMD64 APM vol. 3', place: '"RMPUPDATE", "PVALIDATE"' },
    event: true,
    holdsFor: always,
  },
  {
    id: 'I12',
    sentence: 'After a conversion returned no access to its frames is served by the old page.',
    citation: linux('Documentation/virt/kvm/api.rst', 'KVM_SET_MEMORY_ATTRIBUTES'),
    event: true,
    holdsFor: always,
  },
  {
    id: 'I13',
    sentence: 'Nothing that sleeps, such as a change of the direct map, runs under mmu_lock.',
    citation: thread('mmu_lock and the direct map'),
    event: true,
    holdsFor: (switches) => !sleepsUnderLock(switches),
  },
  {
    id: 'I14',
    sentence: 'A conversion to what every frame already is changes nothing and counts nothing.',
    citation: linux(KVM_MAIN, 'kvm_range_has_memory_attributes()'),
    event: true,
    holdsFor: isMerged,
  },
];

/** The invariants that hold for a design, one bit each. */
export function holdingInvariants(switches: Switches): number {
  let bits = 0;
  for (const [bit, invariant] of INVARIANTS.entries()) if (invariant.holdsFor(switches)) bits |= 1 << bit;
  return bits;
}

/** As a profile lists them: null where one is not meant to hold. */
export function statedInvariants(switches: Switches): (Invariant | null)[] {
  return INVARIANTS.map(({ holdsFor, ...invariant }) => (holdsFor(switches) ? invariant : null));
}
