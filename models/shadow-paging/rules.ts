/** Every decision of the shadow pager, numbered from 1: the numbers that observations carry. */
import type { Citation, Rule, RuleTable } from '../contract/rule.js';
import { AMD, INTEL, MTRR_TYPES, type MtrrTypeName, PAT_TYPES, type PatTypeName } from './combination.js';

/** Numbered without gaps, in this order. */
export const RULE = {
  defTypeReservedBits: 1,
  defTypeInvalidType: 2,
  fixedInvalidType: 3,
  physBaseInvalidType: 4,
  physBaseReservedBits: 5,
  physMaskReservedBits: 6,
  patInvalidType: 7,
  mtrrCapReadOnly: 8,
  absentMsr: 9,
  mtrrStored: 10,
  vmxPatLive: 11,
  svmPatStored: 12,
  msrRead: 13,
  mtrrCapConstant: 14,
  notWriteThroughWithoutCacheDisable: 15,
  cr0Written: 16,
  initKeepsCdAndNw: 17,
  emulatedMmio: 18,
  svmCacheDisabled: 19,
  svmCacheDisabledOverUncached: 20,
  invlpgDropsEntries: 21,
  noncoherentStartOrStop: 22,
  deviceWithoutEffect: 23,
  noDeviceOfThisKind: 24,
  tooManyDevices: 25,
  hostZap: 26,
  newBacking: 27,
  saveRestore: 28,
  noPrivateMemory: 29,
  xenOnly: 30,
} as const;

const TEXT: Readonly<Record<keyof typeof RULE, Rule>> = {
  defTypeReservedBits: rule(
    'def-type-reserved-bits',
    'A write to MTRRdefType that sets a bit outside 0xcff is #GP.',
    mtrr('kvm_mtrr_valid()'),
  ),
  defTypeInvalidType: rule(
    'def-type-invalid-type',
    'A write to MTRRdefType whose type is not UC, WC, WT, WP or WB is #GP.',
    mtrr('kvm_mtrr_valid()'),
  ),
  fixedInvalidType: rule(
    'fixed-invalid-type',
    'A write to a fixed-range MTRR with a byte that is not UC, WC, WT, WP or WB is #GP.',
    mtrr('kvm_mtrr_valid()'),
  ),
  physBaseInvalidType: rule(
    'phys-base-invalid-type',
    'A write to MTRRphysBase whose type is not UC, WC, WT, WP or WB is #GP, also while the pair is not valid.',
    mtrr('kvm_mtrr_valid()'),
  ),
  physBaseReservedBits: rule(
    'phys-base-reserved-bits',
    'A write to MTRRphysBase that sets bits 11:8 or a bit at or above the guest MAXPHYADDR is #GP.',
    mtrr('kvm_mtrr_valid()'),
  ),
  physMaskReservedBits: rule(
    'phys-mask-reserved-bits',
    'A write to MTRRphysMask that sets bits 10:0 or a bit at or above the guest MAXPHYADDR is #GP.',
    mtrr('kvm_mtrr_valid()'),
  ),
  patInvalidType: rule(
    'pat-invalid-type',
    'A write to PAT with a byte that is not UC, WC, WT, WP, WB or UC- is #GP.',
    x86('kvm_pat_valid()'),
  ),
  mtrrCapReadOnly: rule(
    'mtrr-cap-read-only',
    'MTRRcap is not among the MSRs that KVM lets a guest write, so the write is #GP.',
    x86('kvm_set_msr_common()'),
  ),
  absentMsr: rule(
    'absent-msr',
    'KVM has eight variable pairs; an access to a ninth or later one, or to another MSR without storage, is #GP.',
    mtrr('find_mtrr()'),
  ),
  mtrrStored: rule(
    'mtrr-stored',
    'A valid MTRR write is stored for its vCPU whatever CPUID.MTRR says, and neither zaps nor changes a memory type.',
    mtrr('kvm_mtrr_set_msr()', '0a7b73559b39'),
  ),
  vmxPatLive: rule(
    'vmx-pat-live',
    'A valid PAT write goes to GUEST_IA32_PAT, so from the next VM entry its entry 0 types all accesses of the vCPU; nothing is zapped.',
    { document: 'Linux v6.16 arch/x86/kvm/vmx/vmx.c', place: 'vmx_set_msr(), case MSR_IA32_CR_PAT', commit: '4566654bb9be' },
  ),
  svmPatStored: rule(
    'svm-pat-stored',
    'A valid PAT write is stored and put into G_PAT, which VMRUN loads with nested paging only: the host PAT stays live.',
    { document: 'AMD APM vol. 2', place: '"Nested Paging and VMRUN/#VMEXIT"' },
  ),
  msrRead: rule('msr-read', 'RDMSR of an MTRR or of PAT returns the value as written.', mtrr('kvm_mtrr_get_msr()')),
  mtrrCapConstant: rule(
    'mtrr-cap-constant',
    'MTRRcap always reads 0x508: eight variable pairs, fixed ranges and WC, no SMRR.',
    mtrr('kvm_mtrr_get_msr()'),
  ),
  notWriteThroughWithoutCacheDisable: rule(
    'nw-without-cd',
    'A write to CR0 that sets NW without CD is #GP.',
    x86('kvm_is_valid_cr0()'),
  ),
  cr0Written: rule(
    'cr0-written',
    'A valid CR0 write never zaps; VMX never loads CD and NW, SVM does unless KVM_X86_QUIRK_CD_NW_CLEARED is enabled; both keep PG set in hardware.',
    x86('kvm_set_cr0()'),
  ),
  initKeepsCdAndNw: rule(
    'init-keeps-cd-nw',
    'INIT clears CR0.PG and keeps CD and NW; MTRRs and PAT stay.',
    x86('kvm_vcpu_reset()', '4c72ab5aa6e0'),
  ),
  emulatedMmio: rule(
    'emulated-mmio',
    'A frame outside all memory slots gets no leaf: the access is emulated.',
    mmu('mmu_set_spte(), is_noslot_pfn()'),
  ),
  svmCacheDisabled: rule(
    'svm-cache-disabled',
    'With nested paging off the CR0 of the VMCB is the only live one: where it has CD set, all memory that the host MTRRs do not make UC is accessed as CD, whatever the PAT.',
    { document: 'AMD APM vol. 2', place: '"Replicated State"; "Cache Control Mechanisms", "Cache Disable"' },
  ),
  svmCacheDisabledOverUncached: rule(
    'svm-cache-disabled-over-uc',
    'With CD set in the CR0 of the VMCB, memory that the host MTRRs make UC stays UC.',
    { document: 'AMD APM vol. 2', place: '"Cache Control Mechanisms", "Cache Disable"' },
  ),
  invlpgDropsEntries: rule(
    'invlpg-drops-entries',
    'INVLPG after a rewrite drops the shadow entries that were built from the guest mapping of the frame.',
    mmu('kvm_mmu_invlpg(), kvm_mmu_invalidate_addr()'),
  ),
  noncoherentStartOrStop: rule(
    'noncoherent-start-or-stop',
    'The first non-coherent device to come and the last to go zap every leaf, because KVM_X86_QUIRK_IGNORE_GUEST_PAT is enabled and cannot be disabled without EPT.',
    x86('kvm_noncoherent_dma_assignment_start_or_stop()', 'c9c1e20b4c7d'),
  ),
  deviceWithoutEffect: rule(
    'device-without-effect',
    'A device that comes or goes otherwise changes no leaf.',
    x86('kvm_arch_register_noncoherent_dma(), kvm_arch_unregister_noncoherent_dma()'),
  ),
  noDeviceOfThisKind: rule(
    'no-device-of-this-kind',
    'Detaching a kind of device of which none is attached is refused.',
    format('"steps"'),
  ),
  tooManyDevices: rule('too-many-devices', 'A fourth device of one kind is refused.', format('"steps"')),
  hostZap: rule(
    'host-zap',
    'The MMU notifier removes every leaf that the range touches, huge ones entirely, with one TLB flush if there was any.',
    mmu('kvm_unmap_gfn_range()'),
  ),
  newBacking: rule(
    'new-backing',
    'The host unmaps the range, which removes its leaves, and backs it anew; leaves come back by faults.',
    mmu('kvm_unmap_gfn_range()'),
  ),
  saveRestore: rule(
    'save-restore',
    'MSRs and CR0 come back as they were and all leaves are gone: the new VM maps by faults.',
    x86('kvm_arch_vcpu_ioctl_set_sregs(), msr_io()'),
  ),
  noPrivateMemory: rule(
    'no-private-memory',
    'Private memory needs the TDP MMU; with shadow paging there is none to convert, punch or touch.',
    x86('kvm_x86_vendor_init(), KVM_X86_SW_PROTECTED_VM'),
  ),
  xenOnly: rule(
    'xen-only',
    'KVM has neither I/O capabilities of a domain nor pinned cache attributes.',
    x86('kvm_arch_vm_ioctl()'),
  ),
};

/** Numbers of the cells: all of the guest's PA0 on VMX, the host's PA0 (WB) alone on SVM; rows and columns in the manuals' order. */
export const FIRST_VMX_CELL = 31;
export const FIRST_SVM_CELL = FIRST_VMX_CELL + MTRR_TYPES.length * PAT_TYPES.length;

/** One cause for all cells of a vendor: which entry of which PAT the shadow entries select. */
const VMX_TABLE: RuleTable = {
  id: 'shadow-paging.vmx-guest-pa0',
  sentence: "Shadow entries select entry 0 of the guest's PAT, whatever its page tables, CR0.PG, CR0.CD and MTRRs say.",
};
const SVM_TABLE: RuleTable = {
  id: 'shadow-paging.svm-host-pa0',
  sentence: "Shadow entries select entry 0 of the host's PAT, WB, whatever the guest's PAT, page tables, CR0.PG and MTRRs say.",
};

/** By the number that observations carry. */
export const rules: readonly (Rule | null)[] = [
  null,
  ...(Object.keys(RULE) as (keyof typeof RULE)[]).map((name) => TEXT[name]),
  ...MTRR_TYPES.flatMap((mtrrType) => PAT_TYPES.map((pa0) => vmxCell(mtrrType, pa0))),
  ...MTRR_TYPES.map(svmCell),
];

function vmxCell(mtrrType: MtrrTypeName, pa0: PatTypeName): Rule {
  return cell(
    VMX_TABLE,
    `vmx-mtrr-${word(mtrrType)}-pa0-${word(pa0)}`,
    `Shadow entries select entry 0 of the guest's PAT, whatever its page tables, CR0.PG, CR0.CD and MTRRs say; here it is ${pa0}, which over host MTRR type ${mtrrType} gives ${INTEL[mtrrType][pa0]}.`,
    { document: 'Intel SDM vol. 3', place: '"Selecting Memory Types for Pentium III and More Recent Processor Families"' },
  );
}

function svmCell(mtrrType: MtrrTypeName): Rule {
  return cell(
    SVM_TABLE,
    `svm-mtrr-${word(mtrrType)}`,
    `Shadow entries select entry 0 of the host's PAT, WB, whatever the guest's PAT, page tables, CR0.PG and MTRRs say; over host MTRR type ${mtrrType} it gives ${AMD[mtrrType].WB}.`,
    { document: 'AMD APM vol. 2', place: '"Combined Effect of MTRRs and PAT"' },
  );
}

function word(type: PatTypeName): string {
  return type === 'UC-' ? 'uc-minus' : type.toLowerCase();
}

function cell(table: RuleTable, name: string, sentence: string, citation: Citation): Rule {
  return { ...rule(name, sentence, citation), cause: table.id, table };
}

function rule(name: string, sentence: string, citation: Citation): Rule {
  return { id: `shadow-paging.${name}`, sentence, citation };
}

function mtrr(place: string, commit?: string): Citation {
  return linux('mtrr.c', place, commit);
}

function x86(place: string, commit?: string): Citation {
  return linux('x86.c', place, commit);
}

function mmu(place: string): Citation {
  return linux('mmu/mmu.c', place);
}

function linux(file: string, place: string, commit?: string): Citation {
  const document = `Linux v6.16 arch/x86/kvm/${file}`;
  return commit === undefined ? { document, place } : { document, place, commit };
}

function format(place: string): Citation {
  return { document: 'emtdiff scenario format, version 1', place };
}
