/** Every rule of this folder, and its number in observations. Ids are never renamed. */
import {
  defineRules,
  formatRule,
  rule,
  type RuleText,
  type RuleTexts,
  variantNumbers,
  withClauses,
} from '../contract/define-rules.js';
import type { RuleTable } from '../contract/rule.js';
import {
  encodingOf,
  GUEST_AND_HOST_PAT,
  MTRR_NAMES,
  type MtrrName,
  PAT_AND_MTRR,
  PAT_NAMES,
  type PatName,
} from './effective-type.js';

/** Rules that several releases share name the file, which moved, and not one of the releases. */
const SVM = 'Linux arch/x86/kvm, svm.c';
const MTRR = 'Linux arch/x86/kvm/mtrr.c';
/** In mtrr.c from 4.2 on, in x86.c before. */
const MTRR_OR_X86 = 'Linux arch/x86/kvm, mtrr.c or x86.c';
const X86 = 'Linux arch/x86/kvm/x86.c';
const MMU = 'Linux arch/x86/kvm, mmu.c';
const APM = 'AMD APM vol. 2';
const READ = 'kvm_mtrr_get_msr(), before 4.2 kvm_get_msr_common()';
const WRITE = 'kvm_mtrr_set_msr(), before 4.2 set_msr_mtrr()';
const VALID = 'mtrr_valid(), later kvm_mtrr_valid()';
const UPDATE_MTRR = 'update_mtrr()';
const SET_CR0 = 'kvm_set_cr0(), later kvm_post_set_cr0()';

const zap = (...source: Parameters<typeof rule>): RuleText => ({ ...rule(...source), kind: 'zap' });
const noZap = (...source: Parameters<typeof rule>): RuleText => ({ ...rule(...source), kind: 'no-zap' });
const clause = (...source: Parameters<typeof rule>): RuleText => ({ ...rule(...source), kind: 'clause' });

/** By which write a register has its value. */
const STORED = {
  registerAtStart: rule(
    'The register has the value with which the vCPU was created.',
    X86,
    'kvm_arch_vcpu_init(), later kvm_arch_vcpu_create()',
  ),
  mtrrStored: rule('The MTRR is stored for the guest to read back; no mapping changes.', MTRR_OR_X86, WRITE),
  patStoredLive: rule(
    'The PAT is stored and becomes save.g_pat at once: the next VMRUN uses it.',
    SVM,
    'svm_set_msr()',
    '15038e147247',
  ),
  patStoredOnly: rule(
    'The PAT is stored in arch.pat for RDMSR; save.g_pat, which the hardware uses, stays as init_vmcb() left it.',
    SVM,
    'init_vmcb()',
  ),
};

/** The nested leaf where guest MTRRs type it: svm_get_mt_mask() of 4.2. */
const LEAF = {
  noAssignedDevice: rule(
    'RAM of a VM without assigned device is mapped WB, and g_pat is all WB so that the guest cannot weaken it.',
    SVM,
    'svm_get_mt_mask(), svm_set_guest_pat()',
    '3c2e7f7de324',
  ),
  mtrrsDisabled: rule('The guest has not enabled its MTRRs, so the nested leaf is UC.', MTRR, 'mtrr_disabled_type()'),
  fixedRange: rule(
    'A fixed-range MTRR gives the type of the nested leaf; variable ranges are not consulted.',
    MTRR,
    'mtrr_lookup_fixed_start()',
    '06be5eefe119',
  ),
  fixedRangeMisread: rule(
    'The segment test is inverted (start >= addr), so that the type comes from the byte of another fixed or variable MTRR.',
    MTRR,
    'fixed_mtrr_addr_to_seg(), fixed_mtrr_addr_seg_to_range_index(), as corrected by a7f2d7865720',
    '06be5eefe119',
  ),
  fixedRangeOutside: rule(
    'The inverted segment test reads what is no type: list pointers of the host, or a byte that indexes mtrr2protval beyond its types.',
    MTRR,
    'fixed_mtrr_addr_to_seg(), as corrected by a7f2d7865720',
    '06be5eefe119',
  ),
  singleRange: rule(
    'All variable MTRRs that cover the frame agree, and give the type of the nested leaf.',
    MTRR,
    'kvm_mtrr_get_guest_memory_type()',
    '06be5eefe119',
  ),
  ucWins: rule(
    'A variable MTRR of type UC comes later in the list than another type over the frame, so the nested leaf is UC.',
    MTRR,
    'kvm_mtrr_get_guest_memory_type()',
    '06be5eefe119',
  ),
  wtUnderWb: rule(
    'Only WT and WB cover the frame, so the nested leaf is WT.',
    MTRR,
    'kvm_mtrr_get_guest_memory_type()',
    '06be5eefe119',
  ),
  listOrder: rule(
    'Two types overlap for which the list gives no rule (UC first in the list is one of them), so the nested leaf is WB.',
    MTRR,
    'kvm_mtrr_get_guest_memory_type()',
    '06be5eefe119',
  ),
  defaultType: rule(
    'No MTRR covers the frame, so the default type is that of the nested leaf.',
    MTRR,
    'kvm_mtrr_get_guest_memory_type()',
    '06be5eefe119',
  ),
};

const ZAP = {
  mtrrWriteZaps: zap(
    'With non-coherent DMA an MTRR write zaps the frames that the register covers now, on NPT too.',
    MTRR,
    UPDATE_MTRR,
    'efdfe536d8c6',
  ),
  cdToggleZaps: zap('Every change of CR0.CD zaps every leaf.', X86, SET_CR0, 'b18d5431acc7'),
  mtrrWriteKeepsLeaves: noZap('An MTRR write zaps nothing: guest MTRRs type no nested leaf.', MTRR_OR_X86, WRITE),
  mtrrWriteWithoutNoncoherentDma: noZap('Without non-coherent DMA an MTRR write zaps nothing.', MTRR, UPDATE_MTRR, 'efdfe536d8c6'),
  mtrrWriteWhileDisabled: noZap(
    'While MTRRdefType.E=0, for a fixed range also while FE=0, only a write of MTRRdefType zaps.',
    MTRR,
    UPDATE_MTRR,
    'efdfe536d8c6',
  ),
  mtrrWriteCoversNothing: noZap('The variable pair covers no frame, so its write zaps nothing.', MTRR, UPDATE_MTRR, 'efdfe536d8c6'),
  cdToggleZapsWithoutQuirk: zap(
    'With non-coherent DMA and KVM_X86_QUIRK_CD_NW_CLEARED disabled a change of CR0.CD zaps every leaf.',
    X86,
    SET_CR0,
    '879ae1880449',
  ),
  cdToggleIsSpared: noZap(
    'Without non-coherent DMA, or with KVM_X86_QUIRK_CD_NW_CLEARED enabled, a change of CR0.CD zaps nothing.',
    X86,
    SET_CR0,
    '879ae1880449',
  ),
  cdToggleKeepsLeaves: noZap('A change of CR0.CD zaps nothing.', X86, SET_CR0),
};

const CLAUSES = {
  registerRead: clause('The register reads as it was written.', MTRR_OR_X86, READ),
  pagingOff: clause(
    'With CR0.PG=0 there is no guest entry: the guest PAT type is WB, so nested PAT type and host MTRR decide.',
    APM,
    '"Combining Memory Types, MTRRs"; that gPAT counts as WB without paging is our reading',
  ),
};

const OTHERS = {
  notOfKvm: formatRule('KVM has no such operation, so the step is not applicable.'),
  noPrivateMemory: formatRule('A VM on plain SVM has no private memory, so the step is not applicable.'),
  noBacking: rule(
    'No memory slot covers the frame, so the access exits to userspace as emulated MMIO.',
    MMU,
    'kvm_handle_noslot_fault(), in older releases handle_abnormal_pfn()',
  ),
  hostOperationDone: formatRule('The host invalidates or replaces its mappings; nothing is answered.'),
  guestInvalidation: rule(
    'INVLPG concerns the guest page tables only: the nested entries stay.',
    SVM,
    'invlpg_interception(), svm_flush_tlb_gva()',
  ),
  migrated: rule(
    'Userspace loads the saved registers into new vCPUs, and the new VM has no nested entry yet.',
    X86,
    'kvm_arch_vcpu_ioctl(), KVM_SET_MSRS and KVM_SET_SREGS',
  ),
  migratedPatWaitsForInit: rule(
    'Userspace loads the saved PAT into arch.pat of new vCPUs; save.g_pat keeps what their creation gave it until the next INIT.',
    SVM,
    'svm_create_vcpu(), init_vmcb()',
  ),
  deviceCounted: rule(
    'A device that comes or goes is counted; nested paging on SVM zaps nothing for it.',
    X86,
    'kvm_arch_register_noncoherent_dma()',
  ),
  deviceLimit: formatRule('A fourth device of one kind is refused with ENOSPC.'),
  deviceAbsent: formatRule('Detaching a device of a kind of which none is attached is refused with ENODEV.'),
  noSuchMsr: rule(
    'The number is no MTRR that KVM implements, so RDMSR and WRMSR raise #GP.',
    MTRR_OR_X86,
    'msr_mtrr_valid(), later find_mtrr()',
  ),
  mtrrcapIsReadOnly: rule('KVM implements no write of MTRRCAP, so WRMSR raises #GP.', X86, 'kvm_set_msr_common()'),
  mtrrcapRead: rule('MTRRCAP reads 0x508: eight variable pairs, fixed ranges, write combining.', MTRR_OR_X86, READ),
  archPatReadBeforeWritten: rule(
    'A new vCPU has 0 in arch.pat until the guest writes it, so RDMSR gives 0 although save.g_pat has the reset value.',
    X86,
    'kvm_get_msr_common()',
  ),
  patTypeReserved: rule(
    'A PAT byte holds none of the types 0, 1, 4, 5, 6, 7, so WRMSR raises #GP.',
    X86,
    'kvm_pat_valid(), in older releases kvm_mtrr_valid()',
  ),
  defTypeReservedBits: rule('MTRRdefType has only bits 11, 10 and 7:0; any other that is set raises #GP.', MTRR_OR_X86, VALID),
  defTypeTypeReserved: rule(
    'The default type is none of 0, 1, 4, 5, 6, so WRMSR raises #GP, whether or not MTRRs are enabled.',
    MTRR_OR_X86,
    VALID,
  ),
  fixedTypeReserved: rule(
    'A byte of the fixed-range MTRR is none of the types 0, 1, 4, 5, 6 (KVM knows no RdMem and WrMem bits), so WRMSR raises #GP.',
    MTRR_OR_X86,
    VALID,
  ),
  variableTypeReserved: rule(
    'The type of a variable base is none of 0, 1, 4, 5, 6, so WRMSR raises #GP, even while the pair is not valid.',
    MTRR_OR_X86,
    VALID,
  ),
  maskTypeReserved: rule(
    'The check of a variable mask is that of a base: a low byte that is none of the types 0, 1, 4, 5, 6 raises #GP.',
    X86,
    'mtrr_valid()',
    'd6289b9365c',
  ),
  variableReservedBits: rule(
    'A variable base or mask has a reserved bit (11:8 of a base, 10:0 of a mask, or at and above MAXPHYADDR), so WRMSR raises #GP.',
    MTRR_OR_X86,
    VALID,
  ),
  variableReservedBitsTwice: rule(
    'The check of a variable base or mask queues a #GP for a reserved bit, and the refusal queues another, which makes a double fault.',
    MTRR_OR_X86,
    VALID,
  ),
  nwWithoutCd: rule('MOV to CR0 with NW=1 and CD=0 raises #GP.', X86, 'kvm_set_cr0(), later kvm_is_valid_cr0()'),
  cr0Stored: rule('CR0 is stored; no mapping changes.', X86, SET_CR0),
  longModeKeepsPaging: rule(
    'Clearing CR0.PG in 64-bit code raises #GP, which older releases let pass.',
    'Linux v5.17 arch/x86/kvm/x86.c',
    'kvm_set_cr0()',
  ),
  defTypeReadsBackInParts: rule(
    'MTRRdefType reads back as its type byte plus its two enable bits, all that is kept of it.',
    X86,
    'get_msr_mtrr()',
    '0bed3b568b68',
  ),
  archPatReads32Bits: rule(
    'PAT reads back with its high half 0, because vcpu->arch.pat has 32 bits.',
    'Linux arch/x86/include/asm/kvm_host.h',
    'struct kvm_vcpu_arch',
    '0bed3b568b68',
  ),
  initKeepsCdAndNw: rule('INIT clears CR0.PG and keeps CD and NW; MTRRs and PAT stay.', X86, 'kvm_vcpu_reset()', '4c72ab5aa6e0'),
  initSetsCdAndNw: rule(
    'INIT loads CR0 with 0x60000010, so that PG is 0 and CD and NW are 1, and runs init_vmcb().',
    SVM,
    'init_vmcb(), svm_vcpu_reset()',
  ),
  cacheDisabled: rule(
    'CR0.CD=1 in the VMCB disables caching for the guest: an uncached access that probes caches (CD), whatever PAT and nested type.',
    APM,
    '"Combining Memory Types, MTRRs": gCR0.CD or hCR0.CD; that the type is CD is our reading',
  ),
  cacheDisabledMtrrUc: rule(
    'CR0.CD=1 in the VMCB disables caching, and memory that the host MTRR makes UC stays UC.',
    APM,
    '"Combining Memory Types, MTRRs": gCR0.CD or hCR0.CD; that the type is UC is our reading',
  ),
  staleListPointer: rule(
    'All fixed types are equal, so the check of the block below 1M walks on into the variable ranges by a stale list pointer and crashes the host.',
    MTRR,
    'mtrr_lookup_fixed_next(), mtrr_lookup_var_start(), as corrected by 30b072ce0356',
  ),
};

const CELLS = '"Combining Memory Types, MTRRs": "Combining Guest and Host PAT Types", "Combining PAT and MTRR Types"';

const TABLE: RuleTable = {
  id: 'amd-npt.combining-tables',
  sentence: "The processor combines the guest's PAT type with that of the nested leaf, WB, and the host's MTRR type.",
};

const cellName = (guest: PatName, mtrr: MtrrName) =>
  `guest-${guest === 'UC-' ? 'uc-minus' : guest.toLowerCase()}-mtrr-${mtrr.toLowerCase()}`;

/** With the nested leaf WB, one rule a cell of guest PAT type and host MTRR type. */
function cells(guests: readonly PatName[]): RuleTexts {
  return Object.fromEntries(guests.flatMap((guest) => MTRR_NAMES.map((mtrr) => [cellName(guest, mtrr), cell(guest, mtrr)])));
}

function cell(guest: PatName, mtrr: MtrrName): RuleText {
  const combined = GUEST_AND_HOST_PAT[guest].WB;
  const sentence = `Guest PAT ${guest} over a nested leaf of WB combines to ${combined}, which with host MTRR ${mtrr} is ${PAT_AND_MTRR[combined][mtrr]}.`;
  return { ...rule(sentence, APM, CELLS), table: TABLE };
}

const [list, NAMED, CELL, UNPAGED_LEAF, UNPAGED_CELL, READ_RULES] = defineRules(
  'amd-npt',
  { ...STORED, ...LEAF, ...ZAP, ...CLAUSES, ...OTHERS },
  cells(PAT_NAMES),
  withClauses(LEAF, 'pagingOff'),
  withClauses(cells(['WB']), 'pagingOff'),
  withClauses(STORED, 'registerRead'),
);
export const rules = list;
export const RULE = NAMED;

/** Numbers of the cells, by 8 * guest PAT type + host MTRR type. */
export const CELL_RULE = new Uint16Array(64);
for (const guest of PAT_NAMES) {
  for (const mtrr of MTRR_NAMES) CELL_RULE[8 * encodingOf(guest) + encodingOf(mtrr)] = CELL[cellName(guest, mtrr)];
}

/** From the rule of a leaf, or of a cell of guest PAT WB, to the same with the clause that CR0.PG=0 adds. */
export const UNPAGED_RULE = variantNumbers({ ...NAMED, ...CELL }, { ...UNPAGED_LEAF, ...UNPAGED_CELL });
/** From the rule by which a register has its value to the same with the clause that a read adds. */
export const READ_RULE = variantNumbers(NAMED, READ_RULES);
