/** Every rule of this model: number, id, sentence, source. Ids are never renamed. */
import { defineRules, formatRule, type RuleText, rule } from '../contract/define-rules.js';

const MTRR = 'Linux arch/x86/kvm/mtrr.c';
const X86 = 'Linux arch/x86/kvm/x86.c';
const MMU = 'Linux v6.8 arch/x86/kvm/mmu/mmu.c';
const MAIN = 'Linux v6.8 virt/kvm/kvm_main.c';
const THREAD = 'KVM list, thread on SEV-SNP hypervisor RFC v8 02/56, March 2023';
const VALID = 'kvm_mtrr_valid()';
const MSRS = 'kvm_set_msr_common(), kvm_get_msr_common()';
const STALE = ['Linux v6.8 include/linux/kvm_host.h', 'mmu_invalidate_retry_gfn()'] as const;
const SET = [MAIN, 'kvm_vm_set_mem_attributes()'] as const;
const MASK = ['Linux v6.16 arch/x86/kvm/vmx/vmx.c', 'vmx_get_mt_mask()', 'c9c1e20b4c7d'] as const;
const DMA = ['Linux v6.16 arch/x86/kvm/x86.c', 'kvm_noncoherent_dma_assignment_start_or_stop()', 'c9c1e20b4c7d'] as const;

const zap = (text: RuleText): RuleText => ({ ...text, kind: 'zap' });
const noZap = (text: RuleText): RuleText => ({ ...text, kind: 'no-zap' });
const typeOnly = (text: RuleText): RuleText => ({ ...text, typeOnly: true });
const unpaged = (text: RuleText): RuleText => ({ ...text, clauses: ['pagingOff'] });

/** Leaves that honour the guest PAT. */
const HOST_MMIO = typeOnly(
  rule('Host MMIO is mapped UC with the guest PAT honoured, since a cacheable access could machine-check.', ...MASK),
);
const WITH_DEVICES = typeOnly(rule('With a device whose DMA does not snoop the leaf is WB and the guest PAT decides.', ...MASK));
const BY_REQUEST = typeOnly(
  rule('With KVM_X86_QUIRK_IGNORE_GUEST_PAT disabled the leaf is WB and the guest PAT decides.', ...MASK),
);

export const [rules, RULE, UNPAGED] = defineRules(
  'sw-protected',
  {
    // Registers. A read carries the rule of the write that put the value there.
    registerStored: rule('An accepted MTRR or PAT write is stored raw; no leaf depends on the guest MTRRs.', X86, MSRS),
    registerRead: rule(
      'MTRRCAP is the constant 0x508, and an MTRR or PAT that nobody wrote reads as the vCPU was created with it.',
      X86,
      MSRS,
    ),
    cr0Stored: rule('MOV to CR0 is stored and zaps nothing: hardware never sees the guest CD.', X86, 'kvm_set_cr0()'),
    capabilityIsReadOnly: rule('Writing MTRRCAP is a write of an unknown MSR: #GP.', X86, MSRS),
    absentRegister: rule('A number in the MTRR block beyond the eight variable pairs raises #GP.', MTRR, 'find_mtrr()'),
    defTypeReservedBits: rule('MTRRdefType with a bit outside 0xcff set raises #GP.', MTRR, VALID),
    defTypeIllegal: rule('MTRRdefType with type 2, 3, 7 or above raises #GP.', MTRR, VALID),
    fixedTypeIllegal: rule('A fixed-range MTRR with a byte that is no MTRR type raises #GP.', MTRR, VALID),
    patTypeIllegal: rule('A PAT with a byte that is no PAT type raises #GP.', 'Linux arch/x86/kvm/x86.h', 'kvm_pat_valid()'),
    baseTypeIllegal: rule('A variable-range base whose low byte is no MTRR type raises #GP.', MTRR, VALID),
    baseReservedBits: rule('A variable-range base with bits 11:8 or bits from MAXPHYADDR up set raises #GP.', MTRR, VALID),
    maskReservedBits: rule('A variable-range mask with bits 10:0 or bits from MAXPHYADDR up set raises #GP.', MTRR, VALID),
    nwWithoutCd: rule('MOV to CR0 with NW set and CD clear raises #GP.', X86, 'kvm_set_cr0()'),
    initKeepsCaching: rule('INIT clears CR0.PG and keeps CD and NW, MTRRs and PAT.', X86, 'kvm_vcpu_reset()', '4c72ab5aa6e0'),

    // Memory types.
    pagingOff: {
      ...rule(
        'While CR0.PG is clear the PAT type of an access is WB.',
        'Intel SDM vol. 3',
        '"The EPT Paging-Structure Memory Type and Effective Memory Type"',
      ),
      kind: 'clause',
    },
    guestPatIgnored: typeOnly(
      rule(
        'Without such a device and with KVM_X86_QUIRK_IGNORE_GUEST_PAT enabled the leaf is WB and ignores the guest PAT.',
        ...MASK,
      ),
    ),
    hostMmioIsUncached: HOST_MMIO,
    guestPatWithDevices: WITH_DEVICES,
    guestPatByRequest: BY_REQUEST,

    // The host.
    tooManyDevices: formatRule('A fourth device of one kind is refused with ENOSPC.'),
    noSuchDevice: formatRule('Removing a device of a kind of which none is assigned is refused with ENODEV.'),
    deviceChanged: rule('A device is assigned or removed.', ...DMA),
    notOfKvm: formatRule('KVM has no such operation.'),
    noPrivateMemory: rule(
      'A VM without private memory has no attributes, no guest_memfd and no private access.',
      'Linux v6.8 arch/x86/kvm/x86.c',
      'kvm_is_vm_type_supported(), kvm_arch_has_private_mem()',
    ),
    rangeZapped: rule(
      'An MMU notifier zaps every leaf of the range, private ones too, inside an invalidation.',
      MAIN,
      'kvm_mmu_notifier_invalidate_range_start()',
    ),
    backingReplaced: rule('Memslots are deleted and made anew; the attributes of their frames survive.', MAIN, 'kvm_set_memslot()'),
    restored: rule(
      'A restored VM has the saved registers, no leaves, no private pages, and no attributes, which KVM cannot be asked for.',
      'Linux v6.8 Documentation/virt/kvm/api.rst',
      '"KVM_SET_MEMORY_ATTRIBUTES"',
    ),
    nothingToDrop: rule('With two-dimensional paging a change of the guest page tables drops no leaf.', MMU, 'kvm_mmu_invlpg()'),

    // Accesses and their faults.
    emulatedMmio: rule('A frame without a memslot is emulated MMIO.', MMU, 'kvm_handle_noslot_fault()'),
    attributeDiffers: rule(
      'A fault whose kind, taken from the attribute at its start, no longer is the attribute exits to userspace.',
      MMU,
      '__kvm_faultin_pfn()',
    ),
    privateWithoutSlot: rule('A private fault on a frame without a memslot exits to userspace.', MMU, 'kvm_faultin_pfn_private()'),
    slotWithoutGuestMemfd: rule(
      'A private fault in a memslot without guest_memfd exits to userspace.',
      MMU,
      'kvm_faultin_pfn_private()',
    ),
    invalidationInProgress: rule('A fault on a frame inside an invalidation in progress is retried.', ...STALE),
    invalidationEnded: rule('A fault is retried if any invalidation ended since its snapshot of the sequence count.', ...STALE),
    accessPaused: formatRule('The access stops where the scenario asked for it.'),
    nothingPaused: formatRule('Nothing is paused that could be resumed.'),
    pfnChanged: rule(
      'Replacing a present leaf by one of another host frame is a BUG() in the host.',
      'Linux v6.8 arch/x86/kvm/mmu/tdp_mmu.c',
      'handle_changed_spte()',
    ),

    // Conversions.
    attributesEqual: rule('Setting the attributes that the whole range already has returns early and invalidates nothing.', ...SET),
    attributesSet: rule('A conversion zaps the range, stores the attributes and ends the invalidation.', ...SET),
    headTailAdded: rule(
      'A conversion announces the huge pages at its ends whole and zaps the range, stores the attributes and ends the invalidation.',
      'Linux v6.15 arch/x86/kvm/mmu/mmu.c',
      'kvm_arch_pre_set_memory_attributes()',
      '9129633d568e',
    ),
    zapSkipped: rule(
      'Variant: a conversion flushes TLBs and leaves its leaves in place.',
      THREAD,
      'replies on whether the zap is needed',
    ),
    invalidationSkipped: rule(
      'Variant: a conversion opens no invalidation, so that a fault may install what it looked up before.',
      THREAD,
      'replies on the sequence count',
    ),
    conversionPaused: formatRule('The conversion stops where the scenario asked for it.'),
    holePunched: rule(
      'Punching a hole zaps every leaf of the bound frames and frees their private pages.',
      'Linux v6.8 virt/kvm/guest_memfd.c',
      'kvm_gmem_punch_hole()',
    ),

    // Invalidations by the guest and by devices.
    nonCoherentDmaZaps: zap(
      rule(
        'The first device whose DMA does not snoop came or the last one went: all leaves are zapped, as they ignore the guest PAT only without one.',
        ...DMA,
      ),
    ),
    nonCoherentDmaSpares: noZap(
      rule(
        'With KVM_X86_QUIRK_IGNORE_GUEST_PAT disabled no leaf ignores the guest PAT, and a device that comes or goes zaps nothing.',
        ...DMA,
      ),
    ),
    mtrrWriteSpares: noZap(
      rule(
        'A write of an MTRR zaps nothing, as no leaf depends on the guest MTRRs.',
        'Linux v6.11 arch/x86/kvm/mtrr.c',
        'kvm_mtrr_set_msr()',
        '0a7b73559b39',
      ),
    ),
    cdToggleSpares: noZap(
      rule(
        'A change of CR0.CD zaps nothing, as no leaf depends on it.',
        'Linux v6.11 arch/x86/kvm/x86.c',
        'kvm_post_set_cr0()',
        '0a7b73559b39',
      ),
    ),
  },
  {
    // While CR0.PG is clear.
    hostMmioIsUncached: unpaged(HOST_MMIO),
    guestPatWithDevices: unpaged(WITH_DEVICES),
    guestPatByRequest: unpaged(BY_REQUEST),
  },
);
