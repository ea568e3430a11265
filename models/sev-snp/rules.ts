/** Every decision that the SNP models take: number, id, sentence, source. Ids are never renamed. */
import { defineRules, formatRule, rule, type RuleText, type RuleTexts } from '../contract/define-rules.js';
import type { RuleTable } from '../contract/rule.js';
import { NESTED_CELLS, type NestedCell } from './nested-memory-type.js';

const KVM_X86 = 'Linux v6.11 arch/x86/kvm/x86.c';
const MTRR = 'Linux v6.11 arch/x86/kvm/mtrr.c';
const MMU = 'Linux v6.11 arch/x86/kvm/mmu/mmu.c';
const TDP = 'Linux v6.11 arch/x86/kvm/mmu/tdp_mmu.c';
const SEV = 'Linux v6.11 arch/x86/kvm/svm/sev.c';
const KVM_MAIN = 'Linux v6.11 virt/kvm/kvm_main.c';
const GMEM = 'Linux v6.11 virt/kvm/guest_memfd.c';
const APM = 'AMD64 APM vol. 2';
const RMP_CHECKS = '"RMP and VMPL Access Checks"';
const RFC = 'KVM SNP RFC v8 (February 2023), patch';
const THREAD = 'linux-coco thread on "[PATCH RFC v8 02/56] KVM: x86: Add \'update_mem_attr\' x86 op", March 2023';

const typeOnly = (text: RuleText): RuleText => ({ ...text, typeOnly: true });
const noZap = (text: RuleText): RuleText => ({ ...text, kind: 'no-zap' });

/** In which of its inputs the cell has its cause. */
function causeOf(cell: NestedCell): string {
  if (cell.guest === 'WC') return 'guest-pat-write-combining';
  if (cell.guest === 'UC' || cell.guest === 'UC-') return 'guest-pat-uncacheable';
  if (cell.mtrr === 'UC' || cell.mtrr === 'WC') return 'host-mtrr-not-cacheable';
  return 'cacheable-types-combine';
}

const cellName = ({ guest, mtrr }: NestedCell): string =>
  `guest-${guest.toLowerCase().replace('uc-', 'uc-minus')}-mtrr-${mtrr.toLowerCase()}`;

const TABLE: RuleTable = {
  id: 'sev-snp.combining-tables',
  sentence: "The processor combines the guest's PAT type with that of the nested entry, WB, and the host's MTRR type.",
};

const cellRule = (cell: NestedCell): RuleText => ({
  ...rule(
    `Guest PAT type ${cell.guest} under a nested WB entry and host MTRR type ${cell.mtrr} give ${cell.effective}.`,
    APM,
    '"Combining Memory Types, MTRRs"',
  ),
  cause: causeOf(cell),
  table: TABLE,
  typeOnly: true,
});

const CELLS: RuleTexts = Object.fromEntries(NESTED_CELLS.map((cell) => [cellName(cell), cellRule(cell)]));
/** While CR0.PG is clear, when the guest PAT type is WB. */
const UNPAGED_CELLS: RuleTexts = Object.fromEntries(
  NESTED_CELLS.filter(({ guest }) => guest === 'WB').map((cell) => [cellName(cell), { ...cellRule(cell), clauses: ['pagingOff'] }]),
);

const NOT_VALIDATED = rule(
  'A private access to an assigned page that is not validated raises #VC in the guest, which runs PVALIDATE.',
  APM,
  RMP_CHECKS,
);

const [all, named, whereAssigned, cells, unpaged] = defineRules(
  'sev-snp',
  {
    // Registers. A read carries the rule of the write that put the value there.
    mtrrStored: rule('A legal MTRR value is stored and nothing else happens.', MTRR, 'kvm_mtrr_set_msr()'),
    patStored: rule('A legal PAT value reaches the guest PAT of the VMCB at once.', KVM_X86, 'kvm_set_msr_common()'),
    msrRead: rule(
      'RDMSR returns 0x508 for MTRRCAP, and what the vCPU was created with where nothing was written.',
      MTRR,
      'kvm_mtrr_get_msr()',
    ),
    absentMsr: rule('A variable pair above VCNT does not exist: #GP.', MTRR, 'find_mtrr()'),
    capabilitiesAreReadOnly: {
      name: 'capabilities-read-only',
      ...rule('MTRRCAP is no MSR that can be written: #GP.', KVM_X86, 'kvm_set_msr_common()'),
    },
    patTypeInvalid: rule('A PAT byte other than 0, 1, 4, 5, 6, 7 is a #GP.', 'Linux v6.11 arch/x86/kvm/x86.h', 'kvm_pat_valid()'),
    defTypeReservedBits: rule('MTRRdefType bits other than 11:10 and 7:0 are reserved: #GP.', MTRR, 'kvm_mtrr_valid()'),
    defTypeInvalid: rule('A default type other than UC, WC, WT, WP, WB is a #GP.', MTRR, 'kvm_mtrr_valid()'),
    fixedTypeInvalid: rule('A byte of a fixed range other than UC, WC, WT, WP, WB is a #GP.', MTRR, 'kvm_mtrr_valid()'),
    physBaseTypeInvalid: rule('A variable range of a type other than UC, WC, WT, WP, WB is a #GP.', MTRR, 'kvm_mtrr_valid()'),
    physBaseReservedBits: rule('PhysBase bits 11:8 and those from MAXPHYADDR up are reserved: #GP.', MTRR, 'kvm_mtrr_valid()'),
    physMaskReservedBits: rule('PhysMask bits 10:0 and those from MAXPHYADDR up are reserved: #GP.', MTRR, 'kvm_mtrr_valid()'),
    nwWithoutCd: rule('MOV to CR0 with NW=1 and CD=0 is a #GP.', KVM_X86, 'kvm_set_cr0()'),
    cr0Stored: rule(
      'CR0 is stored; on nested paging no leaf depends on it.',
      'Linux v6.11 arch/x86/kvm/svm/svm.c',
      'svm_set_cr0()',
    ),
    initKeepsRegisters: rule(
      'INIT clears CR0.PG and keeps CD, NW, the MTRRs and PAT.',
      KVM_X86,
      'kvm_vcpu_reset()',
      '4c72ab5aa6e0',
    ),

    // The format and plain host operations.
    hostOperationDone: formatRule('The host did what the operation says.'),
    notThisSubject: formatRule('KVM has no such operation, or the machine has no private memory.'),
    noSuchDevice: formatRule('No device of this kind is attached.'),
    noMoreDevices: formatRule('Three devices of one kind are the most.'),
    nothingPaused: formatRule('Nothing is paused that could be completed.', '"steps", resume-access'),
    accessPaused: formatRule('The access stopped where the scenario asked it to.', '"steps", access'),
    privateMemoryIsNotMigrated: rule(
      'Attributes cannot be read back from KVM and private pages cannot be copied, so after a migration every frame is shared.',
      'Linux v6.11 Documentation/virt/kvm/api.rst',
      'KVM_SET_MEMORY_ATTRIBUTES',
    ),

    // Memory types.
    cachingOff: typeOnly(
      rule(
        'With the quirk disabled CR0.CD reaches the VMCB and the access is not cached: CD.',
        APM,
        '"Combining Memory Types, MTRRs"',
      ),
    ),
    cachingOffUncacheable: typeOnly(
      rule('With CR0.CD in the VMCB an access where the host MTRR type is UC stays UC.', APM, '"Combining Memory Types, MTRRs"'),
    ),
    pagingOff: {
      ...rule(
        'Without guest paging the guest PAT type counts as WB.',
        APM,
        '"Guest Physical Address and System Physical Address Spaces"',
      ),
      kind: 'clause',
    },

    // Accesses.
    noBacking: rule('A shared access to a frame without a slot is emulated MMIO.', MMU, 'kvm_handle_noslot_fault()'),
    ciphertextRead: rule(
      'A shared read is not checked against the RMP, and reads the ciphertext of a private page.',
      APM,
      RMP_CHECKS,
    ),
    notValidated: NOT_VALIDATED,
    sharedAccessToPrivatePage: rule(
      "A leaf of a private page serves a shared access when the RMP does not say that the page is the guest's.",
      APM,
      RMP_CHECKS,
    ),
    staleLeafServes: rule(
      'A leaf of the other kind than the attribute is still there and serves the access, which therefore faults not at all.',
      THREAD,
      'the order of attribute store and zap',
    ),

    // Faults.
    attributeWantsPrivate: {
      name: 'attribute-shared-access-private',
      ...rule(
        'A private access to a frame whose attribute is shared exits to userspace.',
        MMU,
        'kvm_mmu_prepare_memory_fault_exit()',
      ),
    },
    attributeWantsShared: {
      name: 'attribute-private-access-shared',
      ...rule(
        'A shared access to a frame whose attribute is private exits to userspace.',
        MMU,
        'kvm_mmu_prepare_memory_fault_exit()',
      ),
    },
    noSlotForPrivate: rule('A private access to a frame without a slot exits to userspace.', MMU, 'kvm_handle_noslot_fault()'),
    slotHasNoGmem: rule('A private access to a slot without guest_memfd exits to userspace.', MMU, 'kvm_faultin_pfn_private()'),
    staleBeforeLookup: rule(
      'The frame is being invalidated or something was since the snapshot, so the fault retries before it looks up the page.',
      MMU,
      'mmu_invalidate_retry_gfn_unsafe()',
    ),
    staleUnderLock: rule(
      'The frame is being invalidated or something was since the snapshot, so the fault retries instead of installing a leaf.',
      MMU,
      'is_page_fault_stale()',
    ),
    leafOfAnotherPage: rule(
      'Replacing a present leaf by one of another page hits BUG() (for the RFC orders by the code of Linux 6.2; unverified).',
      TDP,
      'handle_changed_spte()',
    ),
    spuriousFastPath: rule(
      'A write to a frame whose leaf is writable and whose attribute agrees counts as spurious on the fast path, so the RMP fault repeats (for the RFC orders unverified).',
      MMU,
      'fast_page_fault()',
    ),
    spuriousUntilConverted: rule(
      'The attribute is stored and the old leaf is not yet zapped: a write counts as spurious on the fast path and repeats until the conversion goes on (unverified).',
      `${RFC} 02/56`,
      'the order of attribute store and zap',
    ),
    rmpFaultUntilConverted: rule(
      'The conversion has not reached the RMPUPDATE of the page, and the RMP fault handler only returns: the fault repeats until it has.',
      `${RFC} 48/56`,
      'the attribute update hook',
    ),
    rmpFaultUnresolved: rule(
      'The RMP fault handler deals with page sizes only, so a fault on a page that the RMP does not give to the guest repeats.',
      SEV,
      'sev_handle_rmp_fault()',
    ),
    rfcRmpFaultUnresolved: rule(
      'Without a page size mismatch the RMP fault handler returns, so the fault repeats until somebody changes the RMP.',
      `${RFC} 44/56`,
      'handle_rmp_page_fault()',
    ),

    rmpUpdatedAtFault: {
      ...rule('The fault that found the page unassigned assigned it by RMPUPDATE.', SEV, 'sev_gmem_prepare()'),
      kind: 'clause',
    },

    // Conversions.
    attributesAlreadyEqual: rule(
      'Every frame already has the attribute, so the call returns without effect.',
      KVM_MAIN,
      'kvm_vm_set_mem_attributes()',
    ),
    conversionPaused: formatRule('The conversion stopped where the scenario asked it to.', '"steps", set-attributes'),
    zapThenStore: rule(
      'Leaves are zapped before the attributes are stored; the RMP is left to the fault.',
      KVM_MAIN,
      'kvm_vm_set_mem_attributes()',
    ),
    updateAfterUnlock: rule(
      'Attributes are stored, then leaves are zapped, then a hook outside mmu_lock updates the RMP.',
      `${RFC} 02/56`,
      'kvm_vm_ioctl_set_mem_attributes()',
    ),
    updateUnderLock: rule(
      'Attributes are stored, then leaves are zapped and the RMP is updated under mmu_lock.',
      THREAD,
      'I. Yamahata: the callback in kvm_arch_set_memory_attributes()',
    ),
    updateBetweenHooks: rule(
      'The direct map changes in hooks before and after; under mmu_lock leaves are zapped and the RMP is updated.',
      THREAD,
      'M. Roth: pre and post hooks',
    ),
    updateDeferred: rule(
      'Attributes are stored, then leaves are zapped; the RMP is left to the fault.',
      THREAD,
      'Z. Wang: update at fault time',
    ),
    zapSkipped: rule(
      'Variant: a conversion flushes the TLBs and leaves the mappings.',
      THREAD,
      'replies on whether the zap is needed',
    ),
    invalidationSkipped: rule(
      'Variant: a conversion announces no invalidation, so that a fault may install what it looked up before.',
      THREAD,
      'replies on the sequence count',
    ),
    headTailAdded: rule(
      'Leaves are zapped before the attributes are stored, and the huge-page blocks at both ends retry as a whole; the RMP is left to the fault.',
      MMU,
      'kvm_arch_pre_set_memory_attributes()',
      '9129633d568e',
    ),
    updateFailed: rule(
      'An RMPUPDATE failed midway: a warning, the rest of the range is left, the call succeeds.',
      `${RFC} 48/56`,
      'the attribute update hook',
    ),
    sleptInAtomic: rule(
      'The direct map was changed under mmu_lock, which takes a mutex with preemption off.',
      THREAD,
      'Z. Wang: mmu_lock and the direct map',
    ),
    assignedInDirectMap: {
      name: 'assigned-page-in-direct-map',
      ...rule(
        'A page was assigned to the guest while the host still maps it in 2M pages, so any host write to the block is fatal.',
        `${RFC} 15/56`,
        'the helper that removes pages from the direct map',
      ),
    },
    freedWhileAssigned: rule(
      'The hook went by the attribute and skipped the page, which was freed while assigned: the next host write to it is fatal.',
      `${RFC} 48/56`,
      'the hook that runs when private pages are invalidated',
    ),

    // Private pages.
    holePunched: rule('Private pages of the range are unmapped, taken out of the RMP and freed.', GMEM, 'kvm_gmem_punch_hole()'),

    // What zaps nothing.
    mtrrWriteSpares: noZap(
      rule('A write of an MTRR zaps nothing, as nothing looks the MTRRs up.', MTRR, 'kvm_mtrr_set_msr()', '0a7b73559b39'),
    ),
    cdToggleSpares: noZap(
      rule(
        'A change of CR0.CD zaps nothing, as no nested leaf depends on it.',
        'Linux v6.11 arch/x86/kvm/svm/svm.c',
        'svm_set_cr0()',
      ),
    ),
    deviceSpares: noZap(
      rule(
        'A device that comes or goes zaps nothing, as no nested leaf depends on it.',
        KVM_X86,
        'kvm_noncoherent_dma_assignment_start_or_stop()',
      ),
    ),
  },
  // Where the access's own fault assigned the page.
  { notValidated: { ...NOT_VALIDATED, clauses: ['rmpUpdatedAtFault'] } },
  CELLS,
  UNPAGED_CELLS,
);

export const rules = all;
export const RULE = named;
export const NEWLY_ASSIGNED = whereAssigned;
/** The rule of each cell of NESTED_CELLS, and the same while CR0.PG is clear. */
export const CELL_RULE = Uint16Array.from(NESTED_CELLS, (cell) => cells[cellName(cell)]);
export const UNPAGED_CELL_RULE = Uint16Array.from(NESTED_CELLS, (cell) => unpaged[cellName(cell)] ?? 0);
