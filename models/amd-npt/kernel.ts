/**
 * In what the KVM versions of this folder differ. Every field is one change of the source; a profile is a choice of all of them, so that
 * this page reads as the history of memory types under nested paging.
 */
export interface Kernel {
  /** svm_set_msr() stores an accepted PAT into save.g_pat at once. From Linux 4.14, 15038e147247. Before, only init_vmcb() writes g_pat. */
  readonly gPatFollowsWrites: boolean;
  /** init_vmcb() loads save.g_pat from arch.pat. From Linux 4.2, 74545705cb86; before, g_pat is 0x0007040600070406 for ever. */
  readonly gPatFromArchPat: boolean;
  /** svm_set_guest_pat(): without an assigned device g_pat is WB in all eight entries. Linux 4.2.0 to 4.2.3, 3c2e7f7de324. */
  readonly gPatForcedToWb: boolean;
  /** kvm_arch_vcpu_init() gives arch.pat its reset value. From Linux 4.2, 74545705cb86; before, RDMSR gives 0 until the guest writes it. */
  readonly archPatHasResetValue: boolean;
  /** svm_get_mt_mask() translates guest MTRRs into nested PAT bits. Linux 4.2.0 to 4.2.3, 3c2e7f7de324; elsewhere the bits stay 0. */
  readonly nestedTypeFromGuestMtrr: boolean;
  /** KVM_X86_QUIRK_CD_NW_CLEARED exists, so that userspace can let CR0.CD reach hardware. From Linux 4.2; before, svm_set_cr0() clears it. */
  readonly cdQuirkExists: boolean;
  /** INIT sets CR0.CD and CR0.NW. Until about Linux 5.14; 4c72ab5aa6e0 keeps them. */
  readonly initSetsCdAndNw: boolean;
  /** The fault handler limits the level by the guest's MTRRs, on NPT too. Linux 4.2 to about 5.19. */
  readonly levelLimitedByMtrr: boolean;
  /** update_mtrr() zaps what an accepted MTRR write covers, on NPT too. From Linux 4.2, efdfe536d8c6, until 6.6. */
  readonly mtrrWriteZaps: boolean;
  /** kvm_set_cr0() zaps everything when CD changes: unconditionally (b18d5431acc7), or as narrowed by 879ae1880449, or not at all. */
  readonly cdToggleZap: 'never' | 'always' | 'non-coherent without the quirk';
  /** var_mtrr_range() takes masks as wide as the host's physical addresses. Until fa7c4ebd5ae0 (Linux 4.4) made it the guest's width. */
  readonly masksAsWideAsHost: boolean;
  /** The walk from fixed into variable ranges follows a stale list pointer. Until 30b072ce0356 (between Linux 4.4 and 4.9). */
  readonly staleListPointer: boolean;
  /** kvm_mtrr_valid() queues a #GP of its own for reserved bits of a variable MTRR. About Linux 3.17 to 5.10. */
  readonly reservedBitsQueueTwoGps: boolean;
}
