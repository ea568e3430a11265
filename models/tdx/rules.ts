/** Every decision this model takes: number, id, sentence, source. Ids are never renamed. */
import { defineRules, formatRule, rule, type RuleText } from '../contract/define-rules.js';

const MTRR_C = 'Linux v6.16 arch/x86/kvm/mtrr.c';
const MMU_C = 'Linux v6.16 arch/x86/kvm/mmu/mmu.c';
const TDX_C = 'Linux v6.16 arch/x86/kvm/vmx/tdx.c';
const VMX_C = 'Linux v6.16 arch/x86/kvm/vmx/vmx.c';
const X86_C = 'Linux v6.16 arch/x86/kvm/x86.c';
const MAIN_C = 'Linux v6.16 virt/kvm/kvm_main.c';
const GMEM_C = 'Linux v6.16 virt/kvm/guest_memfd.c';
const RFC = 'SEV-SNP hypervisor RFC v8 02/56 and its thread (kvm list, March 2023)';
const SDM = 'Intel SDM vol. 3';
const DMA_CHANGE = 'kvm_noncoherent_dma_assignment_start_or_stop()';

const noZap = (text: RuleText): RuleText => ({ ...text, kind: 'no-zap' });
/** Decides the memory type of an access that is served, and nothing else of it. */
const typeOnly = (text: RuleText): RuleText => ({ ...text, typeOnly: true });
const unpaged = (text: RuleText): RuleText => ({ ...text, clauses: ['pagingOffUsesWb'] });

const GUEST_PAT = typeOnly(
  rule(
    'A leaf of ordinary memory is WB without ipat, as a TD never ignores guest PAT: the guest PAT decides.',
    VMX_C,
    'vmx_get_mt_mask()',
  ),
);
const HOST_MMIO = typeOnly(
  rule('A leaf of host MMIO is UC without ipat: only a guest PAT of WC changes it.', VMX_C, 'vmx_get_mt_mask()'),
);

export const [rules, RULE, UNPAGED] = defineRules(
  'tdx',
  {
    // Registers. A read carries the rule of the write that put the value there.
    registerStored: rule(
      'An accepted write to an MTRR or PAT register is stored; no leaf depends on MTRRs.',
      X86_C,
      'kvm_set_msr_common()',
    ),
    registerRead: rule('A register that nobody wrote reads as the vCPU was created with it.', MTRR_C, 'kvm_mtrr_get_msr()'),
    mtrrCapRead: rule('MTRRCAP reads 8 variable ranges, fixed ranges and write combining.', MTRR_C, 'kvm_mtrr_get_msr()'),
    mtrrCapIsReadOnly: rule('A write to MTRRCAP is a write to an unknown MSR.', X86_C, 'kvm_set_msr_common()'),
    noSuchMsr: rule('The number names no register that KVM keeps.', MTRR_C, 'find_mtrr()'),
    defTypeReserved: rule('MTRRdefType has reserved bits set.', MTRR_C, 'kvm_mtrr_valid()'),
    defTypeType: rule('The type in MTRRdefType is none of UC, WC, WT, WP and WB.', MTRR_C, 'valid_mtrr_type()'),
    fixedType: rule('A byte of a fixed-range MTRR is none of UC, WC, WT, WP and WB.', MTRR_C, 'valid_mtrr_type()'),
    variableType: rule('The type of a variable range is none of UC, WC, WT, WP and WB.', MTRR_C, 'valid_mtrr_type()'),
    variableReserved: rule(
      'A variable-range MTRR has bits below its address field or at and above MAXPHYADDR.',
      MTRR_C,
      'kvm_mtrr_valid()',
    ),
    patType: rule('A byte of PAT holds a reserved encoding.', 'Linux v6.16 arch/x86/kvm/x86.h', 'kvm_pat_valid()'),
    cr0Stored: rule('An accepted CR0 is stored; CD and NW do not reach hardware and zap nothing.', X86_C, 'kvm_set_cr0()'),
    cr0NwWithoutCd: rule('CR0.NW without CR0.CD is not allowed.', X86_C, 'kvm_is_valid_cr0()'),
    initKeepsCache: rule('INIT clears CR0.PG and keeps CD, NW, MTRRs and PAT.', X86_C, 'kvm_vcpu_reset()'),
    invlpg: rule(
      'INVLPG drops translations of the vCPU that runs it.',
      SDM,
      '"Operations that Invalidate TLBs and Paging-Structure Caches"',
    ),
    // Devices, host
    deviceCounted: rule('A device comes or goes; those whose DMA does not snoop are counted.', X86_C, DMA_CHANGE),
    noDeviceToDetach: formatRule('No device of the kind is attached.'),
    deviceLimit: formatRule('Three devices of the kind are attached already.'),
    noSuchOperation: formatRule('KVM has no such operation.'),
    noPrivateMemory: formatRule('The machine has no private memory.'),
    hostZap: rule(
      'An invalidation by the MMU notifier removes shared leaves of the range only.',
      MAIN_C,
      'kvm_mmu_notifier_invalidate_range_start()',
    ),
    hostZapOpen: rule(
      'An invalidation by the MMU notifier removes shared leaves; whether private ones too is not settled for the RFC.',
      RFC,
      'update_mem_attr, kvm_unmap_gfn_range()',
    ),
    backingReplaced: rule(
      'Replacing a memslot waits for running faults, then removes leaves of both EPTs without an invalidation sequence.',
      MAIN_C,
      'kvm_set_memslot()',
    ),
    restored: rule(
      'A new VM gets the registers and the memory of the old one; attributes cannot be read out and private pages are gone.',
      MAIN_C,
      'kvm_vm_ioctl_set_mem_attributes()',
    ),
    // Memory types
    pagingOffUsesWb: {
      ...rule(
        'With CR0.PG clear the guest part of the memory type is WB.',
        SDM,
        '"Memory Type Used for Translated Guest-Physical Addresses"',
      ),
      kind: 'clause',
    },
    privatePageIsWb: typeOnly(
      rule(
        'A private page is WB: the TDX module writes the leaf and the guest PAT does not matter.',
        'Intel TDX Module Base Architecture Specification',
        '"Secure EPT"',
      ),
    ),
    guestPatHonoured: GUEST_PAT,
    hostMmioIsUncached: HOST_MMIO,
    privateLeafOpen: rule(
      'Whether the invalidation before removed this private page, which would be lost, is not settled for the RFC.',
      RFC,
      'update_mem_attr, kvm_unmap_gfn_range()',
    ),
    // Faults
    noMemslot: rule('A shared access to a frame without memslot is emulated MMIO.', MMU_C, 'kvm_handle_noslot_fault()'),
    sharedFetch: rule('A TD cannot fetch instructions from shared memory.', TDX_C, 'tdx_handle_ept_violation()'),
    attributeMismatch: rule(
      'Access and attribute of the frame disagree: exit to userspace, whether or not an invalidation runs.',
      MMU_C,
      'kvm_mmu_faultin_pfn()',
    ),
    privateWithoutSlot: rule('A private access to a frame without memslot exits to userspace.', MMU_C, 'kvm_handle_noslot_fault()'),
    privateWithoutMemfd: rule(
      'A private access to a memslot without guest_memfd exits to userspace.',
      MMU_C,
      'kvm_mmu_faultin_pfn_gmem()',
    ),
    invalidationInProgress: rule(
      'An invalidation whose interval holds the frame is in progress: retry.',
      'Linux v6.16 include/linux/kvm_host.h',
      'mmu_invalidate_retry_gfn()',
    ),
    invalidationSinceSnapshot: rule(
      'An invalidation, of whatever range, ended since the snapshot of the fault: retry.',
      'Linux v6.16 include/linux/kvm_host.h',
      'mmu_invalidate_retry_gfn()',
    ),
    firstTouchAccepts: rule(
      'A page that KVM added is pending until the guest accepts it; the first touch stands for that.',
      TDX_C,
      'tdx_mem_page_aug()',
    ),
    pendingWithoutAccept: rule(
      'A touch of a pending page that the guest did not accept, with #VE disabled for it, ends the TD.',
      TDX_C,
      'tdx_is_sept_violation_unexpected_pending()',
    ),
    accessPaused: formatRule('The access stops where the scenario says.'),
    nothingPaused: formatRule('Nothing is paused.'),
    // Conversions
    alreadyEqual: rule('A conversion to what the whole range is already does nothing.', MAIN_C, 'kvm_vm_set_mem_attributes()'),
    zapsFirst: rule(
      'A conversion removes leaves of the opposite type, then stores the attributes, then ends the invalidation.',
      MAIN_C,
      'kvm_vm_set_mem_attributes()',
    ),
    zapsLast: rule(
      'A conversion begins an invalidation, stores the attributes, then removes the leaves of both EPTs and ends it.',
      RFC,
      'update_mem_attr, kvm_vm_ioctl_set_mem_attributes()',
    ),
    headTailNotAdded: rule(
      'Variant: a conversion does not announce the huge regions at its head and tail, so that neighbours may get huge leaves meanwhile.',
      'Linux v6.16 arch/x86/kvm/mmu/mmu.c',
      'kvm_arch_pre_set_memory_attributes()',
      '9129633d568e',
    ),
    zapSkipped: rule(
      'Variant: a conversion flushes TLBs but leaves stale leaves in place.',
      RFC,
      'update_mem_attr, replies on whether the zap is needed',
    ),
    invalidationSkipped: rule(
      'Variant: a conversion announces no invalidation, so that a fault may install what it looked up before.',
      RFC,
      'update_mem_attr, replies on the sequence count',
    ),
    holePunched: rule(
      'Punching a hole removes private leaves of the range, then frees the pages that nothing else holds.',
      GMEM_C,
      'kvm_gmem_punch_hole()',
    ),
    // Invalidations that a guest of another kind might need
    mtrrWriteSpares: noZap(
      rule('A write of an MTRR zaps nothing, as no leaf depends on MTRRs.', MTRR_C, 'kvm_mtrr_set_msr()', '0a7b73559b39'),
    ),
    cdToggleSpares: noZap(
      rule('A change of CR0.CD zaps nothing, as no leaf depends on it.', X86_C, 'kvm_post_set_cr0()', '0a7b73559b39'),
    ),
    nonCoherentDmaSpares: noZap(
      rule(
        'The first device whose DMA does not snoop came or the last one went: nothing is zapped, as a TD never ignores guest PAT.',
        X86_C,
        DMA_CHANGE,
        'c9c1e20b4c7d',
      ),
    ),
  },
  {
    // While CR0.PG is clear.
    guestPatHonoured: unpaged(GUEST_PAT),
    hostMmioIsUncached: unpaged(HOST_MMIO),
  },
);
