/** Every decision of the shadow pager, and its number in observations. */
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
import { AMD, INTEL, MTRR_TYPES, type MtrrTypeName, PAT_TYPES, type PatTypeName } from './combination.js';

const MTRR = 'Linux v6.16 arch/x86/kvm/mtrr.c';
const X86 = 'Linux v6.16 arch/x86/kvm/x86.c';
const MMU = 'Linux v6.16 arch/x86/kvm/mmu/mmu.c';

const zap = (...source: Parameters<typeof rule>): RuleText => ({ ...rule(...source), kind: 'zap' });
const noZap = (...source: Parameters<typeof rule>): RuleText => ({ ...rule(...source), kind: 'no-zap' });
const clause = (...source: Parameters<typeof rule>): RuleText => ({ ...rule(...source), kind: 'clause' });

/** By which write a register has its value. */
const STORED = {
  registerAtStart: rule('The register has the value with which the vCPU was created.', X86, 'kvm_arch_vcpu_create()'),
  mtrrStored: rule(
    'A valid MTRR write is stored for its vCPU whatever CPUID.MTRR says, and neither zaps nor changes a memory type.',
    MTRR,
    'kvm_mtrr_set_msr()',
    '0a7b73559b39',
  ),
  vmxPatLive: rule(
    'A valid PAT write goes to GUEST_IA32_PAT, so from the next VM entry its entry 0 types all accesses of the vCPU; nothing is zapped.',
    'Linux v6.16 arch/x86/kvm/vmx/vmx.c',
    'vmx_set_msr(), case MSR_IA32_CR_PAT',
    '4566654bb9be',
  ),
  svmPatStored: rule(
    'A valid PAT write is stored and put into G_PAT, which VMRUN loads with nested paging only: the host PAT stays live.',
    'AMD APM vol. 2',
    '"Nested Paging and VMRUN/#VMEXIT"',
  ),
};

const OTHERS = {
  defTypeReservedBits: rule('A write to MTRRdefType that sets a bit outside 0xcff is #GP.', MTRR, 'kvm_mtrr_valid()'),
  defTypeInvalidType: rule('A write to MTRRdefType whose type is not UC, WC, WT, WP or WB is #GP.', MTRR, 'kvm_mtrr_valid()'),
  fixedInvalidType: rule(
    'A write to a fixed-range MTRR with a byte that is not UC, WC, WT, WP or WB is #GP.',
    MTRR,
    'kvm_mtrr_valid()',
  ),
  physBaseInvalidType: rule(
    'A write to MTRRphysBase whose type is not UC, WC, WT, WP or WB is #GP, also while the pair is not valid.',
    MTRR,
    'kvm_mtrr_valid()',
  ),
  physBaseReservedBits: rule(
    'A write to MTRRphysBase that sets bits 11:8 or a bit at or above the guest MAXPHYADDR is #GP.',
    MTRR,
    'kvm_mtrr_valid()',
  ),
  physMaskReservedBits: rule(
    'A write to MTRRphysMask that sets bits 10:0 or a bit at or above the guest MAXPHYADDR is #GP.',
    MTRR,
    'kvm_mtrr_valid()',
  ),
  patInvalidType: rule('A write to PAT with a byte that is not UC, WC, WT, WP, WB or UC- is #GP.', X86, 'kvm_pat_valid()'),
  mtrrCapReadOnly: rule(
    'MTRRcap is not among the MSRs that KVM lets a guest write, so the write is #GP.',
    X86,
    'kvm_set_msr_common()',
  ),
  absentMsr: rule(
    'KVM has eight variable pairs; an access to a ninth or later one, or to another MSR without storage, is #GP.',
    MTRR,
    'find_mtrr()',
  ),
  msrRead: clause('RDMSR of an MTRR or of PAT returns the value as written.', MTRR, 'kvm_mtrr_get_msr()'),
  mtrrCapConstant: rule(
    'MTRRcap always reads 0x508: eight variable pairs, fixed ranges and WC, no SMRR.',
    MTRR,
    'kvm_mtrr_get_msr()',
  ),
  nwWithoutCd: rule('A write to CR0 that sets NW without CD is #GP.', X86, 'kvm_is_valid_cr0()'),
  cr0Written: rule(
    'A valid CR0 write never zaps; VMX never loads CD and NW, SVM does unless KVM_X86_QUIRK_CD_NW_CLEARED is enabled; both keep PG set in hardware.',
    X86,
    'kvm_set_cr0()',
  ),
  initKeepsCdNw: rule('INIT clears CR0.PG and keeps CD and NW; MTRRs and PAT stay.', X86, 'kvm_vcpu_reset()', '4c72ab5aa6e0'),
  emulatedMmio: rule(
    'A frame outside all memory slots gets no leaf: the access is emulated.',
    MMU,
    'mmu_set_spte(), is_noslot_pfn()',
  ),
  svmCacheDisabled: rule(
    'With nested paging off the CR0 of the VMCB is the only live one: where it has CD set, all memory that the host MTRRs do not make UC is accessed as CD, whatever the PAT.',
    'AMD APM vol. 2',
    '"Replicated State"; "Cache Control Mechanisms", "Cache Disable"',
  ),
  svmCacheDisabledOverUc: rule(
    'With CD set in the CR0 of the VMCB, memory that the host MTRRs make UC stays UC.',
    'AMD APM vol. 2',
    '"Cache Control Mechanisms", "Cache Disable"',
  ),
  invlpgDropsEntries: rule(
    'INVLPG after a rewrite drops the shadow entries that were built from the guest mapping of the frame.',
    MMU,
    'kvm_mmu_invlpg(), kvm_mmu_invalidate_addr()',
  ),
  noncoherentStartOrStop: zap(
    'The first non-coherent device to come and the last to go zap every leaf, because KVM_X86_QUIRK_IGNORE_GUEST_PAT is enabled and cannot be disabled without EPT.',
    X86,
    'kvm_noncoherent_dma_assignment_start_or_stop()',
    'c9c1e20b4c7d',
  ),
  deviceWithoutEffect: rule(
    'A device that comes or goes otherwise changes no leaf.',
    X86,
    'kvm_arch_register_noncoherent_dma(), kvm_arch_unregister_noncoherent_dma()',
  ),
  noDeviceOfThisKind: formatRule('Detaching a kind of device of which none is attached is refused.'),
  tooManyDevices: formatRule('A fourth device of one kind is refused.'),
  hostZap: rule(
    'The MMU notifier removes every leaf that the range touches, huge ones entirely, with one TLB flush if there was any.',
    MMU,
    'kvm_unmap_gfn_range()',
  ),
  newBacking: rule(
    'The host unmaps the range, which removes its leaves, and backs it anew; leaves come back by faults.',
    MMU,
    'kvm_unmap_gfn_range()',
  ),
  saveRestore: rule(
    'MSRs and CR0 come back as they were and all leaves are gone: the new VM maps by faults.',
    X86,
    'kvm_arch_vcpu_ioctl_set_sregs(), msr_io()',
  ),
  noPrivateMemory: rule(
    'Private memory needs the TDP MMU; with shadow paging there is none to convert, punch or touch.',
    X86,
    'kvm_x86_vendor_init(), KVM_X86_SW_PROTECTED_VM',
  ),
  xenOnly: rule('KVM has neither I/O capabilities of a domain nor pinned cache attributes.', X86, 'kvm_arch_vm_ioctl()'),
  startOrStopWithoutQuirk: noZap(
    'Where KVM_X86_QUIRK_IGNORE_GUEST_PAT is not enabled, as on SVM, non-coherent devices coming and going zap nothing.',
    X86,
    'kvm_noncoherent_dma_assignment_start_or_stop()',
    'c9c1e20b4c7d',
  ),
};

/** One cause for all cells of a vendor: which entry of which PAT the shadow entries select. */
const VMX_TABLE: RuleTable = {
  id: 'shadow-paging.vmx-guest-pa0',
  sentence: "Shadow entries select entry 0 of the guest's PAT, whatever its page tables, CR0.PG, CR0.CD and MTRRs say.",
};
const SVM_TABLE: RuleTable = {
  id: 'shadow-paging.svm-host-pa0',
  sentence: "Shadow entries select entry 0 of the host's PAT, WB, whatever the guest's PAT, page tables, CR0.PG and MTRRs say.",
};

/** All of the guest's PA0 on VMX. */
const VMX_CELLS: RuleTexts = Object.fromEntries(
  MTRR_TYPES.flatMap((mtrr) => PAT_TYPES.map((pa0) => [vmxCellName(mtrr, pa0), vmxCell(mtrr, pa0)])),
);
/** The host's PA0, WB, alone on SVM. */
const SVM_CELLS: RuleTexts = Object.fromEntries(MTRR_TYPES.map((mtrr) => [svmCellName(mtrr), svmCell(mtrr)]));

const [list, NAMED, CELL, READ] = defineRules(
  'shadow-paging',
  { ...STORED, ...OTHERS },
  { ...VMX_CELLS, ...SVM_CELLS },
  withClauses(STORED, 'msrRead'),
);
export const rules = list;
export const RULE = NAMED;
/** Numbers of the cells by name. */
export const CELL_RULE = CELL;
/** From the rule by which a register has its value to the same with the clause that a read adds. */
export const READ_RULE = variantNumbers(NAMED, READ);

export function vmxCellName(mtrr: MtrrTypeName, pa0: PatTypeName): string {
  return `vmx-mtrr-${word(mtrr)}-pa0-${word(pa0)}`;
}

export function svmCellName(mtrr: MtrrTypeName): string {
  return `svm-mtrr-${word(mtrr)}`;
}

function vmxCell(mtrr: MtrrTypeName, pa0: PatTypeName): RuleText {
  return cell(
    VMX_TABLE,
    `Shadow entries select entry 0 of the guest's PAT, whatever its page tables, CR0.PG, CR0.CD and MTRRs say; here it is ${pa0}, which over host MTRR type ${mtrr} gives ${INTEL[mtrr][pa0]}.`,
    'Intel SDM vol. 3',
    '"Selecting Memory Types for Pentium III and More Recent Processor Families"',
  );
}

function svmCell(mtrr: MtrrTypeName): RuleText {
  return cell(
    SVM_TABLE,
    `Shadow entries select entry 0 of the host's PAT, WB, whatever the guest's PAT, page tables, CR0.PG and MTRRs say; over host MTRR type ${mtrr} it gives ${AMD[mtrr].WB}.`,
    'AMD APM vol. 2',
    '"Combined Effect of MTRRs and PAT"',
  );
}

function word(type: PatTypeName): string {
  return type === 'UC-' ? 'uc-minus' : type.toLowerCase();
}

function cell(table: RuleTable, ...source: Parameters<typeof rule>): RuleText {
  return { ...rule(...source), cause: table.id.replace('shadow-paging.', ''), table };
}
