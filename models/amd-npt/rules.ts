/** Every rule of this folder. Numbers follow the order here and are never stored; ids are never renamed. */
import type { Citation, Rule, RuleTable } from '../contract/rule.js';
import { encodingOf, GUEST_AND_HOST_PAT, MTRR_NAMES, PAT_AND_MTRR, PAT_NAMES } from './effective-type.js';

const SVM_C = 'arch/x86/kvm/svm.c';
const MTRR_C = 'arch/x86/kvm/mtrr.c';

function linux(version: string, file: string, place: string, commit?: string): Citation {
  return { document: `Linux v${version} ${file}`, place, ...(commit === undefined ? {} : { commit }) };
}
function amd(place: string): Citation {
  return { document: 'AMD APM vol. 2', place };
}
function rule(name: string, sentence: string, citation: Citation): Rule {
  return { id: `amd-npt.${name}`, sentence, citation };
}

const VALIDITY = linux('6.16', MTRR_C, 'kvm_mtrr_valid()');
const FORMAT: Citation = { document: 'emtdiff scenario format, version 1', place: '"steps"' };

const NAMED = {
  notOfKvm: rule('not-of-kvm', 'KVM has no such operation, so the step is not applicable.', FORMAT),
  noPrivateMemory: rule('no-private-memory', 'A VM on plain SVM has no private memory, so the step is not applicable.', FORMAT),
  noBacking: rule('no-backing', 'No memory slot covers the frame, so the access exits to userspace as emulated MMIO.', {
    ...linux('6.16', 'arch/x86/kvm/mmu/mmu.c', 'kvm_handle_noslot_fault()'),
  }),
  hostOperationDone: rule('host-operation-done', 'The host invalidates or replaces its mappings; nothing is answered.', FORMAT),
  guestInvalidation: rule(
    'guest-invalidation',
    'INVLPG concerns the guest page tables only: the nested entries stay.',
    linux('6.16', 'arch/x86/kvm/svm/svm.c', 'svm_flush_tlb_gva()'),
  ),
  migrated: rule(
    'migrated',
    'Userspace loads the saved registers into new vCPUs, and the new VM has no nested entry yet.',
    linux('6.16', 'arch/x86/kvm/x86.c', 'kvm_vcpu_ioctl_x86_set_regs(), do_set_msr()'),
  ),
  migratedPatWaits: rule(
    'migrated-pat-waits-for-init',
    'Userspace loads the saved PAT into arch.pat of new vCPUs; save.g_pat keeps what their creation gave it until the next INIT.',
    linux('4.12', SVM_C, 'svm_create_vcpu(), init_vmcb()'),
  ),
  deviceCounted: rule(
    'device-counted',
    'A device that comes or goes is counted; nested paging on SVM zaps nothing for it.',
    linux('6.16', 'arch/x86/kvm/x86.c', 'kvm_arch_register_noncoherent_dma(), kvm_noncoherent_dma_assignment_start_or_stop()'),
  ),
  deviceLimit: rule('device-limit', 'A fourth device of one kind is refused with ENOSPC.', FORMAT),
  deviceAbsent: rule('device-absent', 'Detaching a device of a kind of which none is attached is refused with ENODEV.', FORMAT),

  noSuchMsr: rule(
    'no-such-msr',
    'The number is no MTRR that KVM implements, so RDMSR and WRMSR raise #GP.',
    linux('6.16', MTRR_C, 'find_mtrr(), kvm_mtrr_set_msr(), kvm_mtrr_get_msr()'),
  ),
  mtrrCapIsReadOnly: rule(
    'mtrrcap-is-read-only',
    'KVM implements no write of MTRRCAP, so WRMSR raises #GP.',
    linux('6.16', 'arch/x86/kvm/x86.c', 'kvm_set_msr_common()'),
  ),
  mtrrCapRead: rule(
    'mtrrcap-read',
    'MTRRCAP reads 0x508: eight variable pairs, fixed ranges, write combining.',
    linux('6.16', MTRR_C, 'kvm_mtrr_get_msr()'),
  ),
  registerRead: rule('register-read', 'The register reads as it was written.', linux('6.16', MTRR_C, 'kvm_mtrr_get_msr()')),
  archPatRead: rule(
    'arch-pat-read-before-written',
    'A new vCPU has 0 in arch.pat until the guest writes it, so RDMSR gives 0 although save.g_pat has the reset value.',
    linux('4.1.15', 'arch/x86/kvm/x86.c', 'kvm_get_msr_common()'),
  ),
  patTypeReserved: rule(
    'pat-type-reserved',
    'A PAT byte holds none of the types 0, 1, 4, 5, 6, 7, so WRMSR raises #GP.',
    linux('6.16', 'arch/x86/kvm/x86.h', 'kvm_pat_valid()'),
  ),
  defTypeReservedBits: rule(
    'def-type-reserved-bits',
    'MTRRdefType has only bits 11, 10 and 7:0; any other that is set raises #GP.',
    VALIDITY,
  ),
  defTypeTypeReserved: rule(
    'def-type-type-reserved',
    'The default type is none of 0, 1, 4, 5, 6, so WRMSR raises #GP, whether or not MTRRs are enabled.',
    VALIDITY,
  ),
  fixedTypeReserved: rule(
    'fixed-type-reserved',
    'A byte of the fixed-range MTRR is none of the types 0, 1, 4, 5, 6 (KVM knows no RdMem and WrMem bits), so WRMSR raises #GP.',
    VALIDITY,
  ),
  variableTypeReserved: rule(
    'variable-type-reserved',
    'The type of a variable base is none of 0, 1, 4, 5, 6, so WRMSR raises #GP, even while the pair is not valid.',
    VALIDITY,
  ),
  variableReservedBits: rule(
    'variable-reserved-bits',
    'A variable base or mask has a reserved bit (11:8 of a base, 10:0 of a mask, or at and above MAXPHYADDR), so WRMSR raises #GP.',
    VALIDITY,
  ),
  variableReservedBitsTwice: rule(
    'variable-reserved-bits-twice',
    'The check of a variable base or mask queues a #GP for a reserved bit, and the refusal queues another, which makes a double fault.',
    linux('4.12', MTRR_C, 'kvm_mtrr_valid()'),
  ),
  mtrrStored: rule(
    'mtrr-stored',
    'The MTRR is stored for the guest to read back; no mapping changes.',
    linux('6.16', MTRR_C, 'kvm_mtrr_set_msr()'),
  ),
  mtrrWriteZaps: rule(
    'mtrr-write-zaps',
    'With non-coherent DMA an MTRR write zaps the frames that the register covers now, on NPT too.',
    linux('4.12', MTRR_C, 'update_mtrr()', 'efdfe536d8c6'),
  ),
  patStoredLive: rule(
    'pat-stored-live',
    'The PAT is stored and becomes save.g_pat at once: the next VMRUN uses it.',
    linux('6.16', 'arch/x86/kvm/svm/svm.c', 'svm_set_msr()', '15038e147247'),
  ),
  patStoredOnly: rule(
    'pat-stored-only',
    'The PAT is stored in arch.pat for RDMSR; save.g_pat, which the hardware uses, stays as init_vmcb() left it.',
    linux('4.12', SVM_C, 'init_vmcb()'),
  ),
  nwWithoutCd: rule(
    'nw-without-cd',
    'MOV to CR0 with NW=1 and CD=0 raises #GP.',
    linux('6.16', 'arch/x86/kvm/x86.c', 'kvm_is_valid_cr0()'),
  ),
  cr0Stored: rule('cr0-stored', 'CR0 is stored; no mapping changes.', linux('6.16', 'arch/x86/kvm/x86.c', 'kvm_post_set_cr0()')),
  cdToggleZaps: rule(
    'cd-toggle-zaps',
    'A change of CR0.CD zaps every leaf: always in 4.2, later with non-coherent DMA and the quirk CD_NW_CLEARED disabled.',
    linux('4.12', 'arch/x86/kvm/x86.c', 'kvm_set_cr0()', '879ae1880449'),
  ),
  initKeepsCaching: rule(
    'init-keeps-cd-and-nw',
    'INIT clears CR0.PG and keeps CD and NW; MTRRs and PAT stay.',
    linux('6.16', 'arch/x86/kvm/x86.c', 'kvm_vcpu_reset()', '4c72ab5aa6e0'),
  ),
  initSetsCaching: rule(
    'init-sets-cd-and-nw',
    'INIT loads CR0 with 0x60000010, so that PG is 0 and CD and NW are 1, and runs init_vmcb().',
    linux('4.12', SVM_C, 'init_vmcb(), svm_vcpu_reset()'),
  ),

  pagingOff: rule(
    'paging-off',
    'With CR0.PG=0 there is no guest entry: the guest PAT type is WB, so nested PAT type and host MTRR decide.',
    amd('"Combining Memory Types, MTRRs"; that gPAT counts as WB without paging is our reading'),
  ),
  cacheDisabled: rule(
    'cache-disabled',
    'CR0.CD=1 in the VMCB disables caching for the guest: an uncached access that probes caches (CD), whatever PAT and nested type.',
    amd('"Combining Memory Types, MTRRs": gCR0.CD or hCR0.CD; that the type is CD is our reading'),
  ),
  cacheDisabledUc: rule(
    'cache-disabled-mtrr-uc',
    'CR0.CD=1 in the VMCB disables caching, and memory that the host MTRR makes UC stays UC.',
    amd('"Combining Memory Types, MTRRs": gCR0.CD or hCR0.CD; that the type is UC is our reading'),
  ),

  noAssignedDevice: rule(
    'no-assigned-device',
    'RAM of a VM without assigned device is mapped WB, and g_pat is all WB so that the guest cannot weaken it.',
    linux('4.2', SVM_C, 'svm_get_mt_mask(), svm_set_guest_pat()', '3c2e7f7de324'),
  ),
  mtrrsDisabled: rule(
    'mtrrs-disabled',
    'The guest has not enabled its MTRRs, so the nested leaf is UC.',
    linux('4.2.8', MTRR_C, 'kvm_mtrr_get_guest_memory_type()'),
  ),
  fixedRange: rule(
    'fixed-range',
    'A fixed-range MTRR gives the type of the nested leaf; variable ranges are not consulted.',
    linux('4.2.8', MTRR_C, 'mtrr_lookup_fixed_start()'),
  ),
  fixedRangeMisread: rule(
    'fixed-range-misread',
    'The segment test is inverted (start >= addr), so that the type comes from the byte of another fixed or variable MTRR.',
    linux('4.2.8', MTRR_C, 'fixed_mtrr_addr_to_seg(), fixed_mtrr_addr_seg_to_range_index()'),
  ),
  fixedRangeOutside: rule(
    'fixed-range-outside',
    'The inverted segment test reads what is no type: list pointers of the host, or a byte that indexes mtrr2protval beyond its types.',
    linux('4.2.8', MTRR_C, 'fixed_mtrr_addr_to_seg()'),
  ),
  singleRange: rule(
    'single-range',
    'All variable MTRRs that cover the frame agree, and give the type of the nested leaf.',
    linux('4.2.8', MTRR_C, 'kvm_mtrr_get_guest_memory_type()'),
  ),
  ucWins: rule(
    'uc-wins',
    'A variable MTRR of type UC comes later in the list than another type over the frame, so the nested leaf is UC.',
    linux('4.2.8', MTRR_C, 'kvm_mtrr_get_guest_memory_type()'),
  ),
  wtUnderWb: rule(
    'wt-under-wb',
    'Only WT and WB cover the frame, so the nested leaf is WT.',
    linux('4.2.8', MTRR_C, 'kvm_mtrr_get_guest_memory_type()'),
  ),
  listOrder: rule(
    'list-order',
    'Two types overlap for which the list gives no rule (UC first in the list is one of them), so the nested leaf is WB.',
    linux('4.2.8', MTRR_C, 'kvm_mtrr_get_guest_memory_type()'),
  ),
  defaultType: rule(
    'default-type',
    'No MTRR covers the frame, so the default type is that of the nested leaf.',
    linux('4.2.8', MTRR_C, 'kvm_mtrr_get_guest_memory_type()'),
  ),
  staleListPointer: rule(
    'stale-list-pointer',
    'All fixed types are equal, so the check of the block below 1M walks on into the variable ranges by a stale list pointer and crashes the host.',
    linux('4.2.8', MTRR_C, 'mtrr_lookup_fixed_next(), mtrr_lookup_var_start()'),
  ),
} satisfies Record<string, Rule>;

const NAMES = Object.keys(NAMED) as (keyof typeof NAMED)[];

/** Numbers of the named rules. */
export const RULE: Readonly<Record<keyof typeof NAMED, number>> = Object.fromEntries(
  NAMES.map((name, index) => [name, index + 1]),
) as Record<keyof typeof NAMED, number>;

const CELLS = amd('"Combining Memory Types, MTRRs": "Combining Guest and Host PAT Types", "Combining PAT and MTRR Types"');

const TABLE: RuleTable = {
  id: 'amd-npt.combining-tables',
  sentence: "The processor combines the guest's PAT type with that of the nested leaf, WB, and the host's MTRR type.",
};

/** With the nested leaf WB, one rule a cell of guest PAT type and host MTRR type. */
const CELL_RULES: readonly Rule[] = PAT_NAMES.flatMap((guest) =>
  MTRR_NAMES.map((mtrr) => {
    const combined = GUEST_AND_HOST_PAT[guest].WB;
    const cell = rule(
      `guest-${guest === 'UC-' ? 'uc-minus' : guest.toLowerCase()}-mtrr-${mtrr.toLowerCase()}`,
      `Guest PAT ${guest} over a nested leaf of WB combines to ${combined}, which with host MTRR ${mtrr} is ${PAT_AND_MTRR[combined][mtrr]}.`,
      CELLS,
    );
    return { ...cell, table: TABLE };
  }),
);

/** Numbers of the cells, by 8 * guest PAT type + host MTRR type. */
export const CELL_RULE = new Uint16Array(64);
PAT_NAMES.forEach((guest, row) => {
  MTRR_NAMES.forEach((mtrr, column) => {
    CELL_RULE[8 * encodingOf(guest) + encodingOf(mtrr)] = NAMES.length + 1 + row * MTRR_NAMES.length + column;
  });
});

/** By number; index 0 is "no rule". */
export const rules: readonly (Rule | null)[] = [null, ...NAMES.map((name) => NAMED[name]), ...CELL_RULES];
