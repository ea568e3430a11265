/** Every decision that the SNP models take, with its source. */
import type { Citation, Rule, RuleTable } from '../contract/rule.js';
import { NESTED_CELLS, type NestedCell } from './nested-memory-type.js';

const linux = (file: string, place: string, commit?: string): Citation => ({
  document: `Linux v6.11 ${file}`,
  place,
  ...(commit === undefined ? {} : { commit }),
});
const KVM_X86 = 'arch/x86/kvm/x86.c';
const MTRR = 'arch/x86/kvm/mtrr.c';
const MMU = 'arch/x86/kvm/mmu/mmu.c';
const TDP = 'arch/x86/kvm/mmu/tdp_mmu.c';
const SEV = 'arch/x86/kvm/svm/sev.c';
const KVM_MAIN = 'virt/kvm/kvm_main.c';
const GMEM = 'virt/kvm/guest_memfd.c';
const format = (place: string): Citation => ({ document: 'emtdiff scenario format, version 1', place });
const apm = (place: string): Citation => ({ document: 'AMD64 APM vol. 2', place });
const rfc = (patch: string, place: string): Citation => ({ document: `KVM SNP RFC v8 (February 2023), patch ${patch}`, place });
const thread = (place: string): Citation => ({
  document: 'linux-coco thread on "[PATCH RFC v8 02/56] KVM: x86: Add \'update_mem_attr\' x86 op", March 2023',
  place,
});

const rule = (name: string, sentence: string, citation: Citation): Rule => ({ id: `sev-snp.${name}`, sentence, citation });

const typeRule = (name: string, sentence: string, citation: Citation): Rule => ({
  ...rule(name, sentence, citation),
  typeOnly: true,
});

const RMP_CHECKS = apm('"RMP and VMPL Access Checks"');

const NAMED = {
  // Registers.
  mtrrStored: rule('mtrr-stored', 'A legal MTRR value is stored and nothing else happens.', linux(MTRR, 'kvm_mtrr_set_msr()')),
  patStored: rule(
    'pat-stored',
    'A legal PAT value reaches the guest PAT of the VMCB at once.',
    linux(KVM_X86, 'kvm_set_msr_common()'),
  ),
  msrRead: rule('msr-read', 'RDMSR returns what was stored, and 0x508 for MTRRCAP.', linux(MTRR, 'kvm_mtrr_get_msr()')),
  absentMsr: rule('absent-msr', 'A variable pair above VCNT does not exist: #GP.', linux(MTRR, 'find_mtrr()')),
  capabilitiesAreReadOnly: rule(
    'capabilities-read-only',
    'MTRRCAP is no MSR that can be written: #GP.',
    linux(KVM_X86, 'kvm_set_msr_common()'),
  ),
  patTypeInvalid: rule(
    'pat-type-invalid',
    'A PAT byte other than 0, 1, 4, 5, 6, 7 is a #GP.',
    linux('arch/x86/kvm/x86.h', 'kvm_pat_valid()'),
  ),
  defTypeReservedBits: rule(
    'def-type-reserved-bits',
    'MTRRdefType bits other than 11:10 and 7:0 are reserved: #GP.',
    linux(MTRR, 'kvm_mtrr_valid()'),
  ),
  defTypeInvalid: rule(
    'def-type-invalid',
    'A default type other than UC, WC, WT, WP, WB is a #GP.',
    linux(MTRR, 'kvm_mtrr_valid()'),
  ),
  fixedTypeInvalid: rule(
    'fixed-type-invalid',
    'A byte of a fixed range other than UC, WC, WT, WP, WB is a #GP.',
    linux(MTRR, 'kvm_mtrr_valid()'),
  ),
  physBaseTypeInvalid: rule(
    'phys-base-type-invalid',
    'A variable range of a type other than UC, WC, WT, WP, WB is a #GP.',
    linux(MTRR, 'kvm_mtrr_valid()'),
  ),
  physBaseReservedBits: rule(
    'phys-base-reserved-bits',
    'PhysBase bits 11:8 and those from MAXPHYADDR up are reserved: #GP.',
    linux(MTRR, 'kvm_mtrr_valid()'),
  ),
  physMaskReservedBits: rule(
    'phys-mask-reserved-bits',
    'PhysMask bits 10:0 and those from MAXPHYADDR up are reserved: #GP.',
    linux(MTRR, 'kvm_mtrr_valid()'),
  ),
  nwWithoutCd: rule('nw-without-cd', 'MOV to CR0 with NW=1 and CD=0 is a #GP.', linux(KVM_X86, 'kvm_set_cr0()')),
  cr0Stored: rule(
    'cr0-stored',
    'CR0 is stored; on nested paging no leaf depends on it.',
    linux('arch/x86/kvm/svm/svm.c', 'svm_set_cr0()'),
  ),
  initKeepsRegisters: rule(
    'init-keeps-registers',
    'INIT clears CR0.PG and keeps CD, NW, the MTRRs and PAT.',
    linux(KVM_X86, 'kvm_vcpu_reset()', '4c72ab5aa6e0'),
  ),

  // The format and plain host operations.
  hostOperationDone: rule('host-operation-done', 'The host did what the operation says.', format('"steps"')),
  notThisSubject: rule('not-this-subject', 'KVM has no such operation, or the machine has no private memory.', format('"steps"')),
  noSuchDevice: rule('no-such-device', 'No device of this kind is attached.', format('"steps"')),
  noMoreDevices: rule('no-more-devices', 'Three devices of one kind are the most.', format('"steps"')),
  nothingPaused: rule('nothing-paused', 'Nothing is paused that could be completed.', format('"steps", resume-access')),
  accessPaused: rule('access-paused', 'The access stopped where the scenario asked it to.', format('"steps", access')),
  privateMemoryIsNotMigrated: rule(
    'private-memory-is-not-migrated',
    'Attributes cannot be read back from KVM and private pages cannot be copied, so after a migration every frame is shared.',
    { document: 'Linux v6.11 Documentation/virt/kvm/api.rst', place: 'KVM_SET_MEMORY_ATTRIBUTES' },
  ),

  // Memory types.
  cachingOff: typeRule(
    'caching-off',
    'With the quirk disabled CR0.CD reaches the VMCB and the access is not cached: CD.',
    apm('"Combining Memory Types, MTRRs"'),
  ),
  cachingOffUncacheable: typeRule(
    'caching-off-uncacheable',
    'With CR0.CD in the VMCB an access where the host MTRR type is UC stays UC.',
    apm('"Combining Memory Types, MTRRs"'),
  ),
  pagingOff: typeRule(
    'paging-off',
    'Without guest paging the guest PAT type counts as WB, so the host MTRR decides under the nested WB entry.',
    apm('"Guest Physical Address and System Physical Address Spaces"'),
  ),

  // Accesses.
  noBacking: rule(
    'no-backing',
    'A shared access to a frame without a slot is emulated MMIO.',
    linux(MMU, 'kvm_handle_noslot_fault()'),
  ),
  ciphertextRead: rule(
    'ciphertext-read',
    'A shared read is not checked against the RMP, and reads the ciphertext of a private page.',
    RMP_CHECKS,
  ),
  notValidated: rule(
    'not-validated',
    'A private access to an assigned page that is not validated raises #VC in the guest, which runs PVALIDATE.',
    RMP_CHECKS,
  ),
  sharedAccessToPrivatePage: rule(
    'shared-access-to-private-page',
    "A leaf of a private page serves a shared access when the RMP does not say that the page is the guest's.",
    RMP_CHECKS,
  ),
  staleLeafServes: rule(
    'stale-leaf-serves',
    'A leaf of the other kind than the attribute is still there and serves the access, which therefore faults not at all.',
    thread('the order of attribute store and zap'),
  ),

  // Faults.
  attributeWantsPrivate: rule(
    'attribute-shared-access-private',
    'A private access to a frame whose attribute is shared exits to userspace.',
    linux(MMU, 'kvm_mmu_prepare_memory_fault_exit()'),
  ),
  attributeWantsShared: rule(
    'attribute-private-access-shared',
    'A shared access to a frame whose attribute is private exits to userspace.',
    linux(MMU, 'kvm_mmu_prepare_memory_fault_exit()'),
  ),
  noSlotForPrivate: rule(
    'no-slot-for-private',
    'A private access to a frame without a slot exits to userspace.',
    linux(MMU, 'kvm_handle_noslot_fault()'),
  ),
  slotHasNoGmem: rule(
    'slot-has-no-gmem',
    'A private access to a slot without guest_memfd exits to userspace.',
    linux(MMU, 'kvm_faultin_pfn_private()'),
  ),
  staleBeforeLookup: rule(
    'stale-before-lookup',
    'The frame is being invalidated or something was since the snapshot, so the fault retries before it looks up the page.',
    linux(MMU, 'mmu_invalidate_retry_gfn_unsafe()'),
  ),
  staleUnderLock: rule(
    'stale-under-lock',
    'The frame is being invalidated or something was since the snapshot, so the fault retries instead of installing a leaf.',
    linux(MMU, 'is_page_fault_stale()'),
  ),
  leafOfAnotherPage: rule(
    'leaf-of-another-page',
    'Replacing a present leaf by one of another page hits BUG() (for the RFC orders by the code of Linux 6.2; unverified).',
    linux(TDP, 'handle_changed_spte()'),
  ),
  spuriousFastPath: rule(
    'spurious-fast-path',
    'A write to a frame whose leaf is writable and whose attribute agrees counts as spurious on the fast path, so the RMP fault repeats (for the RFC orders unverified).',
    linux(MMU, 'fast_page_fault()'),
  ),
  spuriousUntilConverted: rule(
    'spurious-until-converted',
    'The attribute is stored and the old leaf is not yet zapped: a write counts as spurious on the fast path and repeats until the conversion goes on (unverified).',
    rfc('02/56', 'the order of attribute store and zap'),
  ),
  rmpFaultUntilConverted: rule(
    'rmp-fault-until-converted',
    'The conversion has not reached the RMPUPDATE of the page, and the RMP fault handler only returns: the fault repeats until it has.',
    rfc('48/56', 'the attribute update hook'),
  ),
  rmpFaultUnresolved: rule(
    'rmp-fault-unresolved',
    'The RMP fault handler deals with page sizes only, so a fault on a page that the RMP does not give to the guest repeats.',
    linux(SEV, 'sev_handle_rmp_fault()'),
  ),
  rfcRmpFaultUnresolved: rule(
    'rfc-rmp-fault-unresolved',
    'Without a page size mismatch the RMP fault handler returns, so the fault repeats until somebody changes the RMP.',
    rfc('44/56', 'handle_rmp_page_fault()'),
  ),

  // Conversions.
  attributesAlreadyEqual: rule(
    'attributes-already-equal',
    'Every frame already has the attribute, so the call returns without effect.',
    linux(KVM_MAIN, 'kvm_vm_set_mem_attributes()'),
  ),
  conversionPaused: rule(
    'conversion-paused',
    'The conversion stopped where the scenario asked it to.',
    format('"steps", set-attributes'),
  ),
  zapThenStore: rule(
    'zap-then-store',
    'Leaves are zapped before the attributes are stored; the RMP is left to the fault.',
    linux(KVM_MAIN, 'kvm_vm_set_mem_attributes()'),
  ),
  updateAfterUnlock: rule(
    'update-after-unlock',
    'Attributes are stored, then leaves are zapped, then a hook outside mmu_lock updates the RMP.',
    rfc('02/56', 'kvm_vm_ioctl_set_mem_attributes()'),
  ),
  updateUnderLock: rule(
    'update-under-lock',
    'Attributes are stored, then leaves are zapped and the RMP is updated under mmu_lock.',
    thread('I. Yamahata: the callback in kvm_arch_set_memory_attributes()'),
  ),
  updateBetweenHooks: rule(
    'update-between-hooks',
    'The direct map changes in hooks before and after; under mmu_lock leaves are zapped and the RMP is updated.',
    thread('M. Roth: pre and post hooks'),
  ),
  updateDeferred: rule(
    'update-deferred',
    'Attributes are stored, then leaves are zapped; the RMP is left to the fault.',
    thread('Z. Wang: update at fault time'),
  ),
  updateFailed: rule(
    'update-failed',
    'An RMPUPDATE failed midway: a warning, the rest of the range is left, the call succeeds.',
    rfc('48/56', 'the attribute update hook'),
  ),
  sleptInAtomic: rule(
    'slept-in-atomic',
    'The direct map was changed under mmu_lock, which takes a mutex with preemption off.',
    thread('Z. Wang: mmu_lock and the direct map'),
  ),
  assignedInDirectMap: rule(
    'assigned-page-in-direct-map',
    'A page was assigned to the guest while the host still maps it in 2M pages, so any host write to the block is fatal.',
    rfc('15/56', 'the helper that removes pages from the direct map'),
  ),
  freedWhileAssigned: rule(
    'freed-while-assigned',
    'The hook went by the attribute and skipped the page, which was freed while assigned: the next host write to it is fatal.',
    rfc('48/56', 'the hook that runs when private pages are invalidated'),
  ),

  // Private pages.
  holePunched: rule(
    'hole-punched',
    'Private pages of the range are unmapped, taken out of the RMP and freed.',
    linux(GMEM, 'kvm_gmem_punch_hole()'),
  ),
} as const;

type RuleName = keyof typeof NAMED;

/** In which of its inputs the cell has its cause. */
function causeOf(cell: NestedCell): string {
  if (cell.guest === 'WC') return 'sev-snp.guest-pat-write-combining';
  if (cell.guest === 'UC' || cell.guest === 'UC-') return 'sev-snp.guest-pat-uncacheable';
  if (cell.mtrr === 'UC' || cell.mtrr === 'WC') return 'sev-snp.host-mtrr-not-cacheable';
  return 'sev-snp.cacheable-types-combine';
}

const TABLE: RuleTable = {
  id: 'sev-snp.combining-tables',
  sentence: "The processor combines the guest's PAT type with that of the nested entry, WB, and the host's MTRR type.",
};

const cellRule = (cell: NestedCell): Rule => ({
  id: `sev-snp.guest-${cell.guest.toLowerCase().replace('uc-', 'uc-minus')}-mtrr-${cell.mtrr.toLowerCase()}`,
  sentence: `Guest PAT type ${cell.guest} under a nested WB entry and host MTRR type ${cell.mtrr} give ${cell.effective}.`,
  citation: apm('"Combining Memory Types, MTRRs"'),
  cause: causeOf(cell),
  table: TABLE,
  typeOnly: true,
});

const NAMES = Object.keys(NAMED) as RuleName[];

/** Number of each named rule. */
export const RULE = Object.fromEntries(NAMES.map((name, index) => [name, index + 1])) as Readonly<Record<RuleName, number>>;

/** The rule of cell 0 of NESTED_CELLS; the other cells follow. */
export const FIRST_CELL_RULE = NAMES.length + 1;

/** By the number that observations carry. */
export const rules: readonly (Rule | null)[] = [null, ...NAMES.map((name) => NAMED[name]), ...NESTED_CELLS.map(cellRule)];
