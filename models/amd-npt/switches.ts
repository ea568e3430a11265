/** In what the KVM versions of this folder differ: each switch is one change of the source. versions.ts says which commit set which. */
import { choice, type SwitchesOf, toggle } from '../contract/switch.js';

export const SWITCHES = {
  checksTypes: toggle(
    'mtrr_valid() refuses bytes of MTRRs and PAT that hold no type, those of masks too, and reserved bits of MTRRdefType.',
  ),
  checksVariableReservedBits: toggle(
    'Reserved bits of a variable MTRR are refused; the low byte of a mask is no longer taken for a type.',
  ),
  keepsDefTypeInParts: toggle('MTRRdefType is kept as a type byte and two enable bits.'),
  archPatHas32Bits: toggle('vcpu->arch.pat is a u32: RDMSR gives its high half as 0.'),
  gPatFollowsWrites: toggle(
    'svm_set_msr() stores an accepted PAT into save.g_pat at once; where it does not, only init_vmcb() writes g_pat.',
  ),
  gPatFromArchPat: toggle('init_vmcb() loads save.g_pat from arch.pat; where it does not, g_pat is 0x0007040600070406 for ever.'),
  gPatForcedToWb: toggle('svm_set_guest_pat(): without an assigned device g_pat is WB in all eight entries.'),
  archPatHasResetValue: toggle(
    'kvm_arch_vcpu_init() gives arch.pat its reset value; where it does not, RDMSR gives 0 until the guest writes it.',
  ),
  nestedTypeFromGuestMtrr: toggle('svm_get_mt_mask() translates guest MTRRs into nested PAT bits; elsewhere the bits stay 0.'),
  cdQuirkExists: toggle(
    'KVM_X86_QUIRK_CD_NW_CLEARED exists, so that userspace can let CR0.CD reach hardware; before, svm_set_cr0() clears it.',
  ),
  initSetsCdAndNw: toggle('INIT sets CR0.CD and CR0.NW; where it does not, they stay.'),
  longModeKeepsPaging: toggle('A write of CR0 that clears PG in 64-bit code is refused.'),
  levelLimitedByMtrr: toggle("The fault handler limits the level by the guest's MTRRs, on NPT too."),
  mtrrWriteZaps: toggle('update_mtrr() zaps what an accepted MTRR write covers, on NPT too.'),
  cdToggleZap: choice(
    'When kvm_set_cr0() zaps everything because CD changed; the quirk is KVM_X86_QUIRK_CD_NW_CLEARED.',
    'never',
    'always',
    'noncoherent-without-quirk',
  ),
  masksAsWideAsHost: toggle(
    "var_mtrr_range() takes masks as wide as the host's physical addresses; where it does not, as the guest's.",
  ),
  staleListPointer: toggle('The walk from fixed into variable ranges follows a stale list pointer.'),
  reservedBitsQueueTwoGps: toggle('kvm_mtrr_valid() queues a #GP of its own for reserved bits of a variable MTRR.'),
} as const;

export type Kernel = SwitchesOf<typeof SWITCHES>;
