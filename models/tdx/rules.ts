/** Every decision this model takes: number, id, sentence, source. Numbers are positions in `rules`; ids are never renamed. */
import type { Citation, Rule } from '../contract/rule.js';

const kvm = (file: string, place: string): Citation => ({ document: `Linux v6.16 ${file}`, place });
const rfc = (patch: string, place: string): Citation => ({
  document: `SEV-SNP hypervisor RFC v8 ${patch} and its thread (kvm list, March 2023)`,
  place,
});
const MTRR_C = 'arch/x86/kvm/mtrr.c';
const MMU_C = 'arch/x86/kvm/mmu/mmu.c';
const TDX_C = 'arch/x86/kvm/vmx/tdx.c';
const VMX_C = 'arch/x86/kvm/vmx/vmx.c';
const X86_C = 'arch/x86/kvm/x86.c';
const MAIN_C = 'virt/kvm/kvm_main.c';
const GMEM_C = 'virt/kvm/guest_memfd.c';
const FORMAT: Citation = { document: 'emtdiff scenario format, version 1', place: '"steps"' };
const SDM = 'Intel SDM vol. 3';

const DEFINITIONS = {
  // Registers
  registerStored: [
    'An accepted write to an MTRR or PAT register is stored; no leaf depends on MTRRs.',
    kvm(X86_C, 'kvm_set_msr_common()'),
  ],
  registerRead: ['A register reads back as it was written.', kvm(MTRR_C, 'kvm_mtrr_get_msr()')],
  mtrrCapRead: ['MTRRCAP reads 8 variable ranges, fixed ranges and write combining.', kvm(MTRR_C, 'kvm_mtrr_get_msr()')],
  mtrrCapIsReadOnly: ['A write to MTRRCAP is a write to an unknown MSR.', kvm(X86_C, 'kvm_set_msr_common()')],
  noSuchMsr: ['The number names no register that KVM keeps.', kvm(MTRR_C, 'find_mtrr()')],
  defTypeReserved: ['MTRRdefType has reserved bits set.', kvm(MTRR_C, 'kvm_mtrr_valid()')],
  defTypeType: ['The type in MTRRdefType is none of UC, WC, WT, WP and WB.', kvm(MTRR_C, 'valid_mtrr_type()')],
  fixedType: ['A byte of a fixed-range MTRR is none of UC, WC, WT, WP and WB.', kvm(MTRR_C, 'valid_mtrr_type()')],
  variableType: ['The type of a variable range is none of UC, WC, WT, WP and WB.', kvm(MTRR_C, 'valid_mtrr_type()')],
  variableReserved: [
    'A variable-range MTRR has bits below its address field or at and above MAXPHYADDR.',
    kvm(MTRR_C, 'kvm_mtrr_valid()'),
  ],
  patType: ['A byte of PAT holds a reserved encoding.', kvm('arch/x86/kvm/x86.h', 'kvm_pat_valid()')],
  cr0Stored: ['An accepted CR0 is stored; CD and NW do not reach hardware and zap nothing.', kvm(X86_C, 'kvm_set_cr0()')],
  cr0NwWithoutCd: ['CR0.NW without CR0.CD is not allowed.', kvm(X86_C, 'kvm_is_valid_cr0()')],
  initKeepsCache: ['INIT clears CR0.PG and keeps CD, NW, MTRRs and PAT.', kvm(X86_C, 'kvm_vcpu_reset()')],
  invlpg: [
    'INVLPG drops translations of the vCPU that runs it.',
    { document: SDM, place: '"Operations that Invalidate TLBs and Paging-Structure Caches"' },
  ],
  // Devices, host
  deviceCounted: [
    'Coming and going of devices zaps nothing, for a TD never ignores guest PAT.',
    kvm(X86_C, 'kvm_noncoherent_dma_assignment_start_or_stop()'),
  ],
  noDeviceToDetach: ['No device of the kind is attached.', FORMAT],
  deviceLimit: ['Three devices of the kind are attached already.', FORMAT],
  noSuchOperation: ['KVM has no such operation.', FORMAT],
  noPrivateMemory: ['The machine has no private memory.', FORMAT],
  hostZap: [
    'An invalidation by the MMU notifier removes shared leaves of the range only.',
    kvm(MAIN_C, 'kvm_mmu_notifier_invalidate_range_start()'),
  ],
  hostZapOpen: [
    'An invalidation by the MMU notifier removes shared leaves; whether private ones too is not settled for the RFC.',
    rfc('02/56', 'update_mem_attr, kvm_unmap_gfn_range()'),
  ],
  backingReplaced: [
    'Replacing a memslot waits for running faults, then removes leaves of both EPTs without an invalidation sequence.',
    kvm(MAIN_C, 'kvm_set_memslot()'),
  ],
  restored: [
    'A new VM gets the registers and the memory of the old one; attributes cannot be read out and private pages are gone.',
    kvm(MAIN_C, 'kvm_vm_ioctl_set_mem_attributes()'),
  ],
  // Memory types
  guestPatHonoured: [
    'A leaf of ordinary memory is WB without ipat, as a TD never ignores guest PAT: the guest PAT decides.',
    kvm(VMX_C, 'vmx_get_mt_mask()'),
  ],
  hostMmioIsUncached: [
    'A leaf of host MMIO is UC without ipat: only a guest PAT of WC changes it.',
    kvm(VMX_C, 'vmx_get_mt_mask()'),
  ],
  pagingOffUsesWb: [
    'With CR0.PG clear the guest part of the memory type is WB.',
    { document: SDM, place: '"Memory Type Used for Translated Guest-Physical Addresses"' },
  ],
  privatePageIsWb: [
    'A private page is WB: the TDX module writes the leaf and the guest PAT does not matter.',
    { document: 'Intel TDX Module Base Architecture Specification', place: '"Secure EPT"' },
  ],
  privateLeafOpen: [
    'Whether the invalidation before removed this private page, which would be lost, is not settled for the RFC.',
    rfc('02/56', 'update_mem_attr, kvm_unmap_gfn_range()'),
  ],
  // Faults
  noMemslot: ['A shared access to a frame without memslot is emulated MMIO.', kvm(MMU_C, 'kvm_handle_noslot_fault()')],
  sharedFetch: ['A TD cannot fetch instructions from shared memory.', kvm(TDX_C, 'tdx_handle_ept_violation()')],
  attributeMismatch: [
    'Access and attribute of the frame disagree: exit to userspace, whether or not an invalidation runs.',
    kvm(MMU_C, 'kvm_mmu_faultin_pfn()'),
  ],
  privateWithoutSlot: ['A private access to a frame without memslot exits to userspace.', kvm(MMU_C, 'kvm_handle_noslot_fault()')],
  privateWithoutMemfd: [
    'A private access to a memslot without guest_memfd exits to userspace.',
    kvm(MMU_C, 'kvm_mmu_faultin_pfn_gmem()'),
  ],
  invalidationInProgress: [
    'An invalidation whose interval holds the frame is in progress: retry.',
    kvm('include/linux/kvm_host.h', 'mmu_invalidate_retry_gfn()'),
  ],
  invalidationSinceSnapshot: [
    'An invalidation, of whatever range, ended since the snapshot of the fault: retry.',
    kvm('include/linux/kvm_host.h', 'mmu_invalidate_retry_gfn()'),
  ],
  firstTouchAccepts: [
    'A page that KVM added is pending until the guest accepts it; the first touch stands for that.',
    kvm(TDX_C, 'tdx_mem_page_aug()'),
  ],
  pendingWithoutAccept: [
    'A touch of a pending page that the guest did not accept, with #VE disabled for it, ends the TD.',
    kvm(TDX_C, 'tdx_is_sept_violation_unexpected_pending()'),
  ],
  accessPaused: ['The access stops where the scenario says.', FORMAT],
  nothingPaused: ['Nothing is paused.', FORMAT],
  // Conversions
  alreadyEqual: ['A conversion to what the whole range is already does nothing.', kvm(MAIN_C, 'kvm_vm_set_mem_attributes()')],
  zapsFirst: [
    'A conversion removes leaves of the opposite type, then stores the attributes, then ends the invalidation.',
    kvm(MAIN_C, 'kvm_vm_set_mem_attributes()'),
  ],
  zapsLast: [
    'A conversion begins an invalidation, stores the attributes, then removes the leaves of both EPTs and ends it.',
    rfc('02/56', 'update_mem_attr, kvm_vm_ioctl_set_mem_attributes()'),
  ],
  headTailNotAdded: [
    'Variant: a conversion does not announce the huge regions at its head and tail, so that neighbours may get huge leaves meanwhile.',
    {
      document: 'Linux v6.16 arch/x86/kvm/mmu/mmu.c',
      place: 'kvm_arch_pre_set_memory_attributes()',
      commit: '9129633d568e',
    },
  ],
  zapSkipped: [
    'Variant: a conversion flushes TLBs but leaves stale leaves in place.',
    rfc('02/56', 'update_mem_attr, replies on whether the zap is needed'),
  ],
  invalidationSkipped: [
    'Variant: a conversion announces no invalidation, so that a fault may install what it looked up before.',
    rfc('02/56', 'update_mem_attr, replies on the sequence count'),
  ],
  holePunched: [
    'Punching a hole removes private leaves of the range, then frees the pages that nothing else holds.',
    kvm(GMEM_C, 'kvm_gmem_punch_hole()'),
  ],
} as const satisfies Record<string, readonly [string, Citation]>;

type RuleName = keyof typeof DEFINITIONS;

/** Rules that decide the memory type of an access that is served, and nothing else of it. */
const TYPE_ONLY: readonly RuleName[] = ['guestPatHonoured', 'hostMmioIsUncached', 'pagingOffUsesWb', 'privatePageIsWb'];

const NAMES = Object.keys(DEFINITIONS) as RuleName[];

/** The number of each rule. */
export const RULE = Object.freeze(Object.fromEntries(NAMES.map((name, index) => [name, index + 1])) as Record<RuleName, number>);

const kebab = (name: string) => name.replace(/[A-Z]/g, (upper) => `-${upper.toLowerCase()}`);

export const rules: readonly (Rule | null)[] = [
  null,
  ...NAMES.map((name) => ({
    id: `tdx.${kebab(name)}`,
    sentence: DEFINITIONS[name][0],
    citation: DEFINITIONS[name][1],
    ...(TYPE_ONLY.includes(name) ? { typeOnly: true as const } : {}),
  })),
];
