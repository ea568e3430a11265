/** Every rule of this model. Numbers are positions in `rules`; ids are never renamed. */
import type { Citation, Rule } from '../contract/rule.js';

const MTRR: Citation = { document: 'Linux v6.16 arch/x86/kvm/mtrr.c', place: 'kvm_mtrr_valid()' };
const X86: Citation = { document: 'Linux v6.16 arch/x86/kvm/x86.c', place: 'kvm_set_msr_common(), kvm_get_msr_common()' };
const CR0: Citation = { document: 'Linux v6.16 arch/x86/kvm/x86.c', place: 'kvm_set_cr0()' };
const MASK: Citation = { document: 'Linux v6.16 arch/x86/kvm/vmx/vmx.c', place: 'vmx_get_mt_mask()', commit: 'c9c1e20b4c7d' };
const FORMAT: Citation = { document: 'emtdiff scenario format, version 1', place: '"steps"' };
const FAULT: Citation = { document: 'Linux v6.8 arch/x86/kvm/mmu/mmu.c', place: '__kvm_faultin_pfn()' };
const FILL: Citation = {
  document: 'Linux v6.8 arch/x86/kvm/mmu/mmu.c',
  place: 'kvm_faultin_pfn_private()',
};
const STALE: Citation = { document: 'Linux v6.8 include/linux/kvm_host.h', place: 'mmu_invalidate_retry_gfn()' };
const SET: Citation = { document: 'Linux v6.8 virt/kvm/kvm_main.c', place: 'kvm_vm_set_mem_attributes()' };

/** Number of each rule. */
export const RULE = {
  registerStored: 1,
  registerRead: 2,
  cr0Stored: 3,
  capabilityIsReadOnly: 4,
  absentRegister: 5,
  defTypeReservedBits: 6,
  defTypeIllegal: 7,
  fixedTypeIllegal: 8,
  patTypeIllegal: 9,
  baseTypeIllegal: 10,
  baseReservedBits: 11,
  maskReservedBits: 12,
  nwWithoutCd: 13,
  initKeepsCaching: 14,
  hostMmioIsUncached: 15,
  guestPatWithDevices: 16,
  guestPatIgnored: 17,
  guestPatByRequest: 18,
  pagingOff: 19,
  emulatedMmio: 20,
  tooManyDevices: 21,
  noSuchDevice: 22,
  notOfKvm: 23,
  noPrivateMemory: 24,
  attributeDiffers: 25,
  privateWithoutSlot: 26,
  slotWithoutGuestMemfd: 27,
  invalidationInProgress: 28,
  invalidationEnded: 29,
  accessPaused: 30,
  nothingPaused: 31,
  attributesEqual: 32,
  attributesSet: 33,
  conversionPaused: 34,
  pfnChanged: 35,
  holePunched: 36,
  deviceChanged: 37,
  nothingToDrop: 38,
  restored: 39,
  rangeZapped: 40,
  backingReplaced: 41,
} as const;

const rule = (name: string, sentence: string, citation: Citation): Rule => ({ id: `sw-protected.${name}`, sentence, citation });

const typeRule = (name: string, sentence: string, citation: Citation): Rule => ({
  ...rule(name, sentence, citation),
  typeOnly: true,
});

export const rules: readonly (Rule | null)[] = [
  null,
  rule('register-stored', 'An accepted MTRR or PAT write is stored raw; no leaf depends on the guest MTRRs.', X86),
  rule('register-read', 'Reading an MTRR or PAT returns what was written, and MTRRCAP the constant 0x508.', X86),
  rule('cr0-stored', 'MOV to CR0 is stored and zaps nothing: hardware never sees the guest CD.', CR0),
  rule('capability-is-read-only', 'Writing MTRRCAP is a write of an unknown MSR: #GP.', X86),
  rule('absent-register', 'A number in the MTRR block beyond the eight variable pairs raises #GP.', {
    document: 'Linux v6.16 arch/x86/kvm/mtrr.c',
    place: 'find_mtrr()',
  }),
  rule('def-type-reserved-bits', 'MTRRdefType with a bit outside 0xcff set raises #GP.', MTRR),
  rule('def-type-illegal', 'MTRRdefType with type 2, 3, 7 or above raises #GP.', MTRR),
  rule('fixed-type-illegal', 'A fixed-range MTRR with a byte that is no MTRR type raises #GP.', MTRR),
  rule('pat-type-illegal', 'A PAT with a byte that is no PAT type raises #GP.', {
    document: 'Linux v6.16 arch/x86/kvm/x86.h',
    place: 'kvm_pat_valid()',
  }),
  rule('base-type-illegal', 'A variable-range base whose low byte is no MTRR type raises #GP.', MTRR),
  rule('base-reserved-bits', 'A variable-range base with bits 11:8 or bits from MAXPHYADDR up set raises #GP.', MTRR),
  rule('mask-reserved-bits', 'A variable-range mask with bits 10:0 or bits from MAXPHYADDR up set raises #GP.', MTRR),
  rule('nw-without-cd', 'MOV to CR0 with NW set and CD clear raises #GP.', CR0),
  rule('init-keeps-caching', 'INIT clears CR0.PG and keeps CD and NW, MTRRs and PAT.', {
    document: 'Linux v6.16 arch/x86/kvm/x86.c',
    place: 'kvm_vcpu_reset()',
    commit: '4c72ab5aa6e0',
  }),
  typeRule(
    'host-mmio-is-uncached',
    'Host MMIO is mapped UC with the guest PAT honoured, since a cacheable access could machine-check.',
    MASK,
  ),
  typeRule('guest-pat-with-devices', 'With a device whose DMA does not snoop the leaf is WB and the guest PAT decides.', MASK),
  typeRule(
    'guest-pat-ignored',
    'Without such a device and with KVM_X86_QUIRK_IGNORE_GUEST_PAT enabled the leaf is WB and ignores the guest PAT.',
    MASK,
  ),
  typeRule('guest-pat-by-request', 'With KVM_X86_QUIRK_IGNORE_GUEST_PAT disabled the leaf is WB and the guest PAT decides.', MASK),
  typeRule('paging-off', 'While CR0.PG is clear the PAT type of an access is WB.', {
    document: 'Intel SDM vol. 3',
    place: '"The EPT Paging-Structure Memory Type and Effective Memory Type"',
  }),
  rule('emulated-mmio', 'A frame without a memslot is emulated MMIO.', {
    document: 'Linux v6.8 arch/x86/kvm/mmu/mmu.c',
    place: 'kvm_handle_noslot_fault()',
  }),
  rule('too-many-devices', 'A fourth device of one kind is refused with ENOSPC.', FORMAT),
  rule('no-such-device', 'Removing a device of a kind of which none is assigned is refused with ENODEV.', FORMAT),
  rule('not-of-kvm', 'KVM has no such operation.', FORMAT),
  rule('no-private-memory', 'A VM without private memory has no attributes, no guest_memfd and no private access.', {
    document: 'Linux v6.8 arch/x86/kvm/x86.c',
    place: 'kvm_is_vm_type_supported(), kvm_arch_has_private_mem()',
  }),
  rule(
    'attribute-differs',
    'A fault whose kind, taken from the attribute at its start, no longer is the attribute exits to userspace.',
    FAULT,
  ),
  rule('private-without-slot', 'A private fault on a frame without a memslot exits to userspace.', FILL),
  rule('slot-without-guest-memfd', 'A private fault in a memslot without guest_memfd exits to userspace.', FILL),
  rule('invalidation-in-progress', 'A fault on a frame inside an invalidation in progress is retried.', STALE),
  rule('invalidation-ended', 'A fault is retried if any invalidation ended since its snapshot of the sequence count.', STALE),
  rule('access-paused', 'The access stops where the scenario asked for it.', FORMAT),
  rule('nothing-paused', 'Nothing is paused that could be resumed.', FORMAT),
  rule('attributes-equal', 'Setting the attributes that the whole range already has returns early and invalidates nothing.', SET),
  rule('attributes-set', 'A conversion zaps the range, stores the attributes and ends the invalidation.', SET),
  rule('conversion-paused', 'The conversion stops where the scenario asked for it.', FORMAT),
  rule('pfn-changed', 'Replacing a present leaf by one of another host frame is a BUG() in the host.', {
    document: 'Linux v6.8 arch/x86/kvm/mmu/tdp_mmu.c',
    place: 'handle_changed_spte()',
  }),
  rule('hole-punched', 'Punching a hole zaps every leaf of the bound frames and frees their private pages.', {
    document: 'Linux v6.8 virt/kvm/guest_memfd.c',
    place: 'kvm_gmem_punch_hole()',
  }),
  rule(
    'device-changed',
    'A device is assigned or removed; the first and the last without snooping zap all leaves if the PAT quirk is enabled.',
    {
      document: 'Linux v6.16 arch/x86/kvm/x86.c',
      place: 'kvm_noncoherent_dma_assignment_start_or_stop()',
    },
  ),
  rule('nothing-to-drop', 'With two-dimensional paging a change of the guest page tables drops no leaf.', {
    document: 'Linux v6.8 arch/x86/kvm/mmu/mmu.c',
    place: 'kvm_mmu_invlpg()',
  }),
  rule(
    'restored',
    'A restored VM has the saved registers, no leaves, no private pages, and no attributes, which KVM cannot be asked for.',
    {
      document: 'Linux v6.8 Documentation/virt/kvm/api.rst',
      place: '"KVM_SET_MEMORY_ATTRIBUTES"',
    },
  ),
  rule('range-zapped', 'An MMU notifier zaps every leaf of the range, private ones too, inside an invalidation.', {
    document: 'Linux v6.8 virt/kvm/kvm_main.c',
    place: 'kvm_mmu_notifier_invalidate_range_start()',
  }),
  rule('backing-replaced', 'Memslots are deleted and made anew; the attributes of their frames survive.', {
    document: 'Linux v6.8 virt/kvm/kvm_main.c',
    place: 'kvm_set_memslot()',
  }),
];
