/**
 * What one version of KVM on VMX with EPT does, as named switches. Each names the commit that introduced (or removed) the behaviour
 * where it is known; `~` marks a release that no tree read pins down. history.ts sets them.
 */
export interface Version {
  // --- MSR surface: arch/x86/kvm/mtrr.c (x86.c before 4.2) ---

  /** Type fields of MTRRs must hold a type that MTRRs encode, defType no reserved bit. d6289b9365c, 2.6.31-rc6. */
  readonly checksMtrrTypes: boolean;
  /** Reserved bits of a variable pair are refused; the low byte of a mask is no longer taken for a type. ~3.17. */
  readonly checksVariableReservedBits: boolean;
  /** A refused reserved bit queues a #GP of its own besides the one of the exit handler: #DF. ~3.17, gone after 5.10. */
  readonly reservedBitsFaultTwice: boolean;
  /** PAT bytes must hold a type that PAT encodes. VMX checks from 4566654bb9be, 3.18. */
  readonly checksPat: boolean;
  /** `vcpu->arch.pat` is a u32 beside a 64-bit VMCS field. 2.6.29-rc1 to ~3.16; u64 by 7cb060a91c0e. */
  readonly patReadsBackLowHalf: boolean;
  /** defType is kept as a type byte and two enable bits. 0bed3b568b68, 2.6.29-rc1, to 4.1. */
  readonly keepsDefTypeInParts: boolean;
  /** A written mask is stored with every bit from MAXPHYADDR on set; both of a pair read back within it. fa7c4ebd5ae0, 4.4, to 6.10. */
  readonly extendsMasks: boolean;

  // --- guest MTRR look-up ---

  /** `none`: MTRRs are storage only (before 64d4d521757, 2.6.29-rc1; from 0a7b73559b39, 6.11). `mtrr_iter`: 06be5eefe119, 4.2. */
  readonly lookUp: 'none' | 'get_mtrr_type' | 'mtrr_iter';
  /** fixed_mtrr_addr_to_seg() takes the first segment that starts at or above the address. 4.2, until a7f2d7865720, 4.4. */
  readonly picksWrongFixedSegment: boolean;
  /** Type while defType.E=0, in `mtrr_iter`: UC; `cpuid`: WB if CPUID has no MTRRs (e24dea2afc6a, 4.4); WB (Yan Zhao v2 5/6, May 2023). */
  readonly disabledMtrrs: 'UC' | 'cpuid' | 'WB';
  /** Look-ups and zaps go by the MTRRs of vCPU 0. Yan Zhao v2 5/6 and 6/6, May 2023, unmerged. */
  readonly readsMtrrsOfVcpu0: boolean;
  /** The consistency check takes its fixed-range index for a list pointer when it goes on to the variable ranges. Until 30b072ce0356, ~4.6. */
  readonly consistencyFollowsStalePointer: boolean;

  // --- EPT leaf ---

  /** Which text of get_mt_mask() builds a leaf: see leaf-memory-type.ts. */
  readonly leaf: LeafText;
  /** A leaf built while CR0.CD=1 under the quirk ignores the guest's PAT (879ae1880449). Yan Zhao's series of 2023 removed it in 6.7. */
  readonly cdIgnoresPat: boolean;
  /** WB without IPAT whenever the host has self-snoop. 377b2f359d1f, 6.11.0 only; reverted by 9d70f3fec144. */
  readonly selfSnoopHonoursPat: boolean;
  /** Userspace may disable KVM_X86_QUIRK_IGNORE_GUEST_PAT, on hosts with self-snoop. c9c1e20b4c7d, 6.16. */
  readonly hasIgnoreGuestPatQuirk: boolean;
  /** A reserved page is MMIO whatever the host's memory type of it. Until aa2e063aec54, ~4.16. */
  readonly reservedPageIsMmio: boolean;
  /** RAM that the host maps WC is MMIO. Proposed in the thread "treat WC memory as MMIO", March 2024, unmerged. */
  readonly writeCombiningRamIsMmio: boolean;
  /** How guest MTRRs bound the size of a mapping: see mapping-level.ts. */
  readonly levelLimit: 'none' | '2M-first' | 'largest-first';

  // --- zaps ---

  /** An MTRR write zaps what the MSR covers, with non-coherent DMA. efdfe536d8c6, 4.2, to 6.10. */
  readonly zapsOnMtrrWrite: boolean;
  /** An MTRR write while CR0.CD=1 zaps nothing. Yan Zhao v4 6/12, unmerged. */
  readonly cdDefersMtrrZap: boolean;
  /** A change of CR0.CD zaps all: `always` from b18d5431acc7; the gate by 879ae1880449, 4.2.8 and 4.4; `noncoherent` Yan Zhao v4 6/12. */
  readonly cdToggleZaps: 'never' | 'always' | 'noncoherent-without-quirk' | 'noncoherent';
  /** The first non-coherent device coming or the last going zaps all. `always` from 6.7; the others 377b2f359d1f, c9c1e20b4c7d. */
  readonly noncoherentChangeZaps: 'never' | 'always' | 'without-self-snoop' | 'with-ignore-pat-quirk';

  // --- CR0 ---

  /** INIT loads 0x60000010 into CR0; later it keeps CD and NW. Until 4c72ab5aa6e0, ~5.15. */
  readonly initSetsCdNw: boolean;
}

export type LeafText =
  | 'write-back'
  | 'write-back-ipat'
  | 'guest-mtrr-ipat'
  | 'mmio-uc-guest-mtrr-ipat'
  | 'snoop-control'
  | 'july-2015'
  | 'classic'
  | 'no-guest-mtrr'
  | 'host-pat';
