/** Every rule of this folder: its number in observations, id, sentence and source. */
import { defineRules, formatRule, rule, type RuleText, withClauses } from '../contract/define-rules.js';

/** Rules that several releases share name the file, which moved, and not one of the releases. */
const VMX = 'Linux arch/x86/kvm, vmx.c';
const MTRR = 'Linux arch/x86/kvm/mtrr.c';
/** In mtrr.c from 4.2 on, in x86.c before. */
const MTRR_OR_X86 = 'Linux arch/x86/kvm, mtrr.c or x86.c';
const X86 = 'Linux arch/x86/kvm/x86.c';
const MMU = 'Linux arch/x86/kvm, mmu.c';
const SDM = 'Intel SDM vol. 3';

const GET_MTRR_TYPE = 'get_mtrr_type()';
const LOOK_UP = 'kvm_mtrr_get_guest_memory_type()';
const READ = 'kvm_mtrr_get_msr(), before 4.2 kvm_get_msr_common()';
const WRITE = 'kvm_mtrr_set_msr(), before 4.2 set_msr_mtrr()';
const VALID = 'mtrr_valid(), later kvm_mtrr_valid()';
const MT_MASK = 'vmx_get_mt_mask()';
const UNMAP = 'kvm_unmap_gfn_range(), in older releases kvm_unmap_hva_range()';
const WRONG_SEGMENT = 'fixed_mtrr_addr_to_seg(), as corrected by a7f2d7865720';

const UPDATE_MTRR = 'update_mtrr()';
const SET_CR0 = 'kvm_set_cr0(), later kvm_post_set_cr0()';
const NONCOHERENT_CHANGE = 'kvm_noncoherent_dma_assignment_start_or_stop()';

const zap = (...source: Parameters<typeof rule>): RuleText => ({ ...rule(...source), kind: 'zap' });
const noZap = (...source: Parameters<typeof rule>): RuleText => ({ ...rule(...source), kind: 'no-zap' });
const clause = (...source: Parameters<typeof rule>): RuleText => ({ ...rule(...source), kind: 'clause' });

/** By which write a register has its value. */
const STORED = {
  registerAtStart: rule(
    'The register has the value with which the vCPU was created.',
    X86,
    'kvm_arch_vcpu_create(), kvm_vcpu_reset()',
  ),
  fixedMtrrStored: rule('A valid write of a fixed-range MTRR is stored.', MTRR_OR_X86, WRITE),
  variableMtrrStored: rule('A valid write of a variable-range MTRR is stored.', MTRR_OR_X86, WRITE),
  defTypeStored: rule('A valid write of MTRRdefType is stored.', MTRR_OR_X86, WRITE),
  patStored: rule(
    'A valid write of PAT is stored and loaded by the next VM entry; it zaps nothing.',
    VMX,
    'vmx_set_msr(), case MSR_IA32_CR_PAT',
  ),
};

/** What get_mt_mask() says of a leaf, in the order of its texts. */
const LEAF = {
  everythingWriteBack: rule(
    'Every leaf is WB and honours the guest PAT.',
    'Linux v2.6.27 arch/x86/kvm/vmx.c',
    'EPT_DEFAULT_MT in the base SPTE masks of vmx_init()',
  ),
  everythingWriteBackIpat: rule(
    'Every leaf, MMIO too, is WB and ignores the guest PAT.',
    'Linux v2.6.28 arch/x86/kvm/vmx.c',
    'VMX_EPT_IGMT_BIT in the base SPTE masks of vmx_init()',
    '928d4bf747e9',
  ),
  mmioUncached: rule(
    'Host MMIO is UC and honours the guest PAT: a cacheable access could machine-check.',
    VMX,
    'vmx_get_mt_mask(), earlier set_spte()',
    '2aaf69dcee86',
  ),
  noNoncoherentDma: rule('Without non-coherent DMA a leaf is WB and ignores the guest PAT.', VMX, MT_MASK, '522c68c4416'),
  cdWriteBackIpat: rule(
    'With CR0.CD=1 under KVM_X86_QUIRK_CD_NW_CLEARED a leaf is WB and ignores the guest PAT.',
    VMX,
    MT_MASK,
    'fb279950ba02',
  ),
  cdWriteBack: rule(
    'With CR0.CD=1 under KVM_X86_QUIRK_CD_NW_CLEARED a leaf is WB and honours the guest PAT.',
    'Linux v6.7 arch/x86/kvm/vmx/vmx.c',
    MT_MASK,
  ),
  cdUncachedIpat: rule(
    'With CR0.CD=1 and KVM_X86_QUIRK_CD_NW_CLEARED disabled a leaf is UC and ignores the guest PAT.',
    VMX,
    MT_MASK,
    'fb279950ba02',
  ),
  selfSnoopHonoursPat: rule(
    'On a host with self-snoop a leaf is WB and honours the guest PAT, whatever the devices.',
    'Linux v6.11 arch/x86/kvm/vmx/vmx.c',
    MT_MASK,
    '377b2f359d1f',
  ),
  noncoherentHonoursPat: rule(
    'With non-coherent DMA a leaf is WB and honours the guest PAT; guest MTRRs are not looked up.',
    VMX,
    MT_MASK,
    '0a7b73559b39',
  ),
  disabledQuirkHonoursPat: rule(
    'With KVM_X86_QUIRK_IGNORE_GUEST_PAT disabled a leaf is WB and honours the guest PAT.',
    VMX,
    MT_MASK,
    'c9c1e20b4c7d',
  ),
  hostPatType: rule(
    'A leaf takes the type with which the host maps the page (UC- is UC) and honours the guest PAT.',
    'KVM list, March 2024, thread "treat WC memory as MMIO"',
    'reply of Sean Christopherson',
  ),
  withoutIpat: rule(
    'No leaf has ipat, which cannot be used beside memory encryption with keys: the type stays, and the guest PAT is honoured.',
    'xen-devel, 2020-07-31, thread "x86/hvm: set \'ipat\' in EPT for special pages"',
    'that ipat corrupts data of guests under MKTME',
  ),
  oldDisabledWriteBack: rule(
    'With both enable bits of MTRRdefType clear there is no guest type, which becomes WB.',
    MMU,
    'get_memory_type(), later kvm_get_guest_memory_type()',
    '64d4d521757',
  ),
  oldFixed: rule(
    'Below 1 MiB the fixed ranges decide as soon as any of the two enable bits is set.',
    MMU,
    GET_MTRR_TYPE,
    '64d4d521757',
  ),
  oldFixedOnlyDefault: rule('With FE=1 and E=0 everything above 1 MiB has the default type.', MMU, GET_MTRR_TYPE, '64d4d521757'),
  oldSingleRange: rule('The variable ranges that hold the page agree on its type.', MMU, GET_MTRR_TYPE, '64d4d521757'),
  oldUncachedWins: rule('UC wins over every other variable range.', MMU, GET_MTRR_TYPE, '64d4d521757'),
  oldWriteThroughUnderWriteBack: rule('WT and WB ranges together are WT.', MMU, GET_MTRR_TYPE, '64d4d521757'),
  oldUnlikeTypesUncached: rule('Other unlike variable ranges, undefined in hardware, are UC.', MMU, GET_MTRR_TYPE, '64d4d521757'),
  oldDefault: rule('No variable range holds the page: default type.', MMU, GET_MTRR_TYPE, '64d4d521757'),
  disabledUncached: rule('With MTRRdefType.E=0 the guest type is UC.', MTRR, 'mtrr_disabled_type()', '06be5eefe119'),
  disabledWithoutCpuid: rule(
    'With MTRRdefType.E=0 and no MTRRs in CPUID the guest type is WB.',
    MTRR,
    'mtrr_disabled_type()',
    'e24dea2afc6a',
  ),
  disabledPerVm: rule(
    'With MTRRdefType.E=0 the guest type is WB: whether the VM has MTRRs was settled when vCPU 0 was created, before it had any CPUID.',
    'Yan Zhao, KVM list, May 2023, v2 5/6 and 6/6',
    'mtrr_disabled_type()',
  ),
  fixed: rule('Below 1 MiB with E=1 and FE=1 the fixed range alone decides.', MTRR, LOOK_UP, '06be5eefe119'),
  wrongFixedSlot: rule(
    'The segment look-up takes the first segment that starts at or above the address, and so reads the fixed range of another address.',
    MTRR,
    WRONG_SEGMENT,
    '06be5eefe119',
  ),
  fixedSlotInVariableRegister: rule(
    'The wrong segment gives a negative slot that reads a byte of the last variable pair.',
    MTRR,
    WRONG_SEGMENT,
    '06be5eefe119',
  ),
  fixedSlotInUnusedListNode: rule(
    'The wrong segment gives a negative slot that reads the list node of a variable pair never enabled: 0, which is UC.',
    MTRR,
    WRONG_SEGMENT,
    '06be5eefe119',
  ),
  fixedSlotInListNode: rule(
    'The wrong segment gives a negative slot that reads a host pointer, so the type depends on the host.',
    MTRR,
    WRONG_SEGMENT,
    '06be5eefe119',
  ),
  singleRange: rule('The variable ranges that hold the page agree on its type.', MTRR, LOOK_UP, '06be5eefe119'),
  uncachedWins: rule('UC wins over the ranges before it in the list, those of higher base.', MTRR, LOOK_UP, '06be5eefe119'),
  writeThroughUnderWriteBack: rule('WT and WB ranges together are WT.', MTRR, LOOK_UP, '06be5eefe119'),
  firstUncachedLoses: rule(
    'UC, then a range of another type at a lower base: KVM sees a conflict and picks WB.',
    MTRR,
    LOOK_UP,
    '06be5eefe119',
  ),
  unlikeTypesWriteBack: rule('Other unlike variable ranges, undefined in hardware, are WB.', MTRR, LOOK_UP, '06be5eefe119'),
  defaultType: rule('No variable range holds the page: default type.', MTRR, LOOK_UP, '06be5eefe119'),
};

/** Whether leaves are zapped: by an MTRR write, a change of CR0.CD, non-coherent DMA coming or going. */
const ZAP = {
  mtrrWriteZaps: zap(
    'With non-coherent DMA an MTRR write zaps the frames that the register now covers.',
    MTRR,
    UPDATE_MTRR,
    'efdfe536d8c6',
  ),
  mtrrWriteKeepsLeaves: noZap('An MTRR write zaps nothing: leaves keep the type that they were built with.', MTRR_OR_X86, WRITE),
  mtrrWriteWithoutNoncoherentDma: noZap('Without non-coherent DMA an MTRR write zaps nothing.', MTRR, UPDATE_MTRR, 'efdfe536d8c6'),
  mtrrWriteWhileDisabled: noZap(
    'While MTRRdefType.E=0, for a fixed range also while FE=0, only a write of MTRRdefType zaps.',
    MTRR,
    UPDATE_MTRR,
    'efdfe536d8c6',
  ),
  mtrrWriteCoversNothing: noZap('The variable pair covers no frame, so its write zaps nothing.', MTRR, UPDATE_MTRR, 'efdfe536d8c6'),
  mtrrWriteOfOtherVcpu: noZap('Only MTRR writes of vCPU 0 zap.', 'Yan Zhao, KVM list, May 2023, v2 6/6', UPDATE_MTRR),
  mtrrWriteWhileCd: noZap(
    'An MTRR write while CR0.CD=1 zaps nothing: clearing CD will.',
    'Yan Zhao, KVM list, v4 6/12',
    UPDATE_MTRR,
  ),
  cdChangeZaps: zap('Every change of CR0.CD zaps all leaves.', X86, SET_CR0, 'b18d5431acc7'),
  cdChangeZapsWithoutQuirk: zap(
    'With non-coherent DMA and KVM_X86_QUIRK_CD_NW_CLEARED disabled a change of CR0.CD zaps all leaves.',
    X86,
    SET_CR0,
    '879ae1880449',
  ),
  cdChangeIsSpared: noZap(
    'Without non-coherent DMA, or with KVM_X86_QUIRK_CD_NW_CLEARED enabled, a change of CR0.CD zaps nothing.',
    X86,
    SET_CR0,
    '879ae1880449',
  ),
  cdChangeZapsWithNoncoherentDma: zap(
    'With non-coherent DMA every change of CR0.CD zaps all leaves.',
    'Yan Zhao, KVM list, v4 6/12',
    SET_CR0,
  ),
  cdChangeWithoutNoncoherentDma: noZap(
    'Without non-coherent DMA a change of CR0.CD zaps nothing.',
    'Yan Zhao, KVM list, v4 6/12',
    SET_CR0,
  ),
  cdChangeKeepsLeaves: noZap('A change of CR0.CD zaps nothing.', X86, SET_CR0),
  noncoherentChangeZaps: zap(
    'The first non-coherent device coming and the last going zap all leaves.',
    'Linux v6.7 arch/x86/kvm/x86.c',
    NONCOHERENT_CHANGE,
  ),
  noncoherentChangeZapsWithoutSelfSnoop: zap(
    'On a host without self-snoop the first non-coherent device coming and the last going zap all leaves.',
    X86,
    NONCOHERENT_CHANGE,
    '377b2f359d1f',
  ),
  noncoherentChangeOfSelfSnooper: noZap(
    'On a host with self-snoop non-coherent devices coming and going zap nothing.',
    X86,
    NONCOHERENT_CHANGE,
    '377b2f359d1f',
  ),
  noncoherentChangeZapsUnderQuirk: zap(
    'With KVM_X86_QUIRK_IGNORE_GUEST_PAT enabled the first non-coherent device coming and the last going zap all leaves.',
    X86,
    NONCOHERENT_CHANGE,
    'c9c1e20b4c7d',
  ),
  noncoherentChangeWithoutQuirk: noZap(
    'With KVM_X86_QUIRK_IGNORE_GUEST_PAT disabled non-coherent devices coming and going zap nothing.',
    X86,
    NONCOHERENT_CHANGE,
    'c9c1e20b4c7d',
  ),
  noncoherentChangeKeepsLeaves: noZap(
    'Non-coherent devices coming and going zap nothing.',
    X86,
    'kvm_arch_register_noncoherent_dma(), in older releases kvm_iommu_map_guest()',
  ),
};

/** What takes part beside a rule that decides: the last way of a value into a register, of a type to an access. */
const CLAUSES = {
  registerReadsBack: clause('The register reads back as it was stored.', MTRR_OR_X86, READ),
  pairReadsBackWithinWidth: clause(
    'A variable pair reads back without the bits from MAXPHYADDR on, which a stored mask has set.',
    MTRR,
    'kvm_mtrr_get_msr()',
    'fa7c4ebd5ae0',
  ),
  pagingOff: clause(
    'With CR0.PG=0 the PAT contributes WB, so the EPT type decides.',
    SDM,
    '"Memory Type Used for Translated Guest-Physical Addresses"',
  ),
};

const OTHERS = {
  mtrrcapIsConstant: rule('MTRRCAP reads as 0x508: 8 variable ranges, fixed ranges, WC.', MTRR_OR_X86, READ),
  mtrrcapIsReadOnly: rule('A write of MTRRCAP is an unknown MSR and faults.', X86, 'kvm_set_msr_common()'),
  absentPairFaults: rule(
    'A variable pair above the eighth does not exist and faults.',
    MTRR_OR_X86,
    'msr_mtrr_valid(), later find_mtrr()',
  ),
  defTypeReadsBackInParts: rule(
    'MTRRdefType reads back as its type byte plus its two enable bits, all that is kept of it.',
    X86,
    'get_msr_mtrr()',
    '0bed3b568b68',
  ),
  patReadsBackLowHalf: rule(
    'PAT reads back with its high half 0, because vcpu->arch.pat has 32 bits.',
    'Linux arch/x86/include/asm/kvm_host.h',
    'struct kvm_vcpu_arch',
    '0bed3b568b68',
  ),
  defTypeReservedBits: rule('MTRRdefType with a bit outside 0xcff faults.', MTRR_OR_X86, VALID, 'd6289b9365c'),
  defTypeReservedType: rule('MTRRdefType with a type that MTRRs do not encode faults.', MTRR_OR_X86, VALID, 'd6289b9365c'),
  fixedReservedType: rule('A fixed-range MTRR with a byte that is no MTRR type faults.', MTRR_OR_X86, VALID, 'd6289b9365c'),
  variableReservedType: rule('A variable base whose low byte is no MTRR type faults.', MTRR_OR_X86, VALID, 'd6289b9365c'),
  maskReservedType: rule(
    'A variable mask is checked like a base: its low byte must be an MTRR type.',
    X86,
    'mtrr_valid()',
    'd6289b9365c',
  ),
  variableReservedBits: rule('A variable base or mask with a reserved bit, or one from MAXPHYADDR on, faults.', MTRR_OR_X86, VALID),
  variableReservedBitsTwice: rule(
    'A reserved bit of a variable base or mask queues a #GP in the validity check and a second one in the WRMSR handler: a double fault.',
    MTRR_OR_X86,
    VALID,
  ),
  patReservedType: rule('PAT with a byte that is no PAT type faults.', VMX, 'vmx_set_msr(), case MSR_IA32_CR_PAT', '4566654bb9be'),
  cr0Stored: rule('CR0.CD and CR0.NW are kept for the guest to read; hardware runs with both clear.', VMX, 'vmx_set_cr0()'),
  notWriteThroughNeedsCd: rule('CR0.NW=1 with CR0.CD=0 faults.', X86, 'kvm_set_cr0()'),
  longModeKeepsPaging: rule(
    'Clearing CR0.PG in 64-bit code faults, which older releases let pass.',
    'Linux v5.17 arch/x86/kvm/x86.c',
    'kvm_set_cr0()',
  ),
  initSetsCdNw: rule(
    'INIT loads 0x60000010 into CR0, which sets CD and NW; it goes by the vendor hook and zaps nothing.',
    VMX,
    'vmx_vcpu_reset()',
  ),
  initKeepsCdNw: rule(
    'INIT clears CR0 but for ET and the old CD and NW; it goes by the vendor hook and zaps nothing.',
    'Linux v5.17 arch/x86/kvm/x86.c',
    'kvm_vcpu_reset()',
    '4c72ab5aa6e0',
  ),
  frameWithoutBacking: rule(
    'A frame in no memory slot is emulated MMIO.',
    MMU,
    'kvm_handle_noslot_fault(), in older releases handle_abnormal_pfn()',
  ),
  typeIsNoMemoryType: rule(
    'A byte that MTRRs do not encode reaches the EPT entry; what the access then does (EPT misconfiguration, other bits of the entry set) was never run.',
    SDM,
    '"EPT Misconfigurations"',
  ),
  consistencyCheckCrashes: rule(
    'The consistency check goes from equal fixed ranges on to the variable ones by a stale list pointer, which crashes the host.',
    MTRR,
    'mtrr_lookup_var_start(), as corrected by 30b072ce0356',
  ),
  patFailsVmEntry: rule(
    'An unchecked PAT with a byte that is no PAT type should fail VM entry; this was never run.',
    SDM,
    '"Checks on Guest Control Registers, Debug Registers, and MSRs"',
  ),
  deviceCounted: rule(
    'A device comes or goes; only non-coherent ones are counted by KVM.',
    'Linux virt/kvm/vfio.c',
    'kvm_vfio_update_coherency(), in older releases kvm_iommu_map_guest()',
  ),
  noSuchDevice: formatRule('A kind of device of which none is attached cannot be detached.'),
  tooManyDevices: formatRule('At most three devices of a kind can be attached.'),
  hostZaps: rule('The MMU notifier removes every leaf that intersects the range.', MMU, UNMAP),
  backingReplaced: rule(
    'The old backing is unmapped, which removes every leaf that intersects it; the new one is mapped at first touch.',
    MMU,
    UNMAP,
  ),
  guestTablesAreItsOwn: rule(
    'With EPT a guest INVLPG concerns guest translations only.',
    SDM,
    '"Operations that Invalidate Cached Mappings"',
  ),
  registersRestored: rule(
    'Userspace loads what it has read of each vCPU into a new VM, which starts without leaves.',
    X86,
    'kvm_arch_vcpu_ioctl(), KVM_SET_MSRS and KVM_SET_SREGS',
  ),
  noPrivateMemory: formatRule('This VM type has no private memory.'),
  noXenInterface: formatRule('KVM has no such interface.'),
};

export const [rules, RULE, UNPAGED_RULE, READ_RULE, READ_WITHIN_WIDTH_RULE] = defineRules(
  'intel-ept',
  { ...STORED, ...LEAF, ...ZAP, ...CLAUSES, ...OTHERS },
  withClauses(LEAF, 'pagingOff'),
  withClauses(STORED, 'registerReadsBack'),
  withClauses(STORED, 'pairReadsBackWithinWidth'),
);
