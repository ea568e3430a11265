/** The versions, each as what it changed in the one before it. Read from top to bottom this is the history of the subject. */
import type { Version } from './version.js';

/** First EPT support: WB without IPAT everywhere; MTRRs are storage without checks. */
export const LINUX_2_6_27: Version = {
  checksMtrrTypes: false,
  checksVariableReservedBits: false,
  reservedBitsFaultTwice: false,
  checksPat: false,
  patReadsBackLowHalf: false,
  keepsDefTypeInParts: false,
  extendsMasks: false,
  lookUp: 'none',
  picksWrongFixedSegment: false,
  disabledMtrrs: 'WB',
  readsMtrrsOfVcpu0: false,
  consistencyFollowsStalePointer: false,
  leaf: 'write-back',
  cdIgnoresPat: false,
  selfSnoopHonoursPat: false,
  hasIgnoreGuestPatQuirk: false,
  reservedPageIsMmio: true,
  writeCombiningRamIsMmio: false,
  levelLimit: 'none',
  zapsOnMtrrWrite: false,
  cdDefersMtrrZap: false,
  cdToggleZaps: 'never',
  noncoherentChangeZaps: 'never',
  initSetsCdNw: true,
};

/** 928d4bf747e9: IGMT (now IPAT) set. */
export const LINUX_2_6_28: Version = { ...LINUX_2_6_27, leaf: 'write-back-ipat' };

/** 64d4d521757: guest MTRRs decide, also for MMIO. 0bed3b568b68: registers in a struct; arch.pat. */
export const LINUX_2_6_29_RC1: Version = {
  ...LINUX_2_6_28,
  leaf: 'guest-mtrr-ipat',
  lookUp: 'get_mtrr_type',
  keepsDefTypeInParts: true,
  patReadsBackLowHalf: true,
};

/** 2aaf69dcee86: MMIO becomes UC. */
export const LINUX_2_6_29: Version = { ...LINUX_2_6_29_RC1, leaf: 'mmio-uc-guest-mtrr-ipat' };

/** 522c68c4416: guest MTRRs only without snoop control. d6289b9365c: types are checked. */
export const LINUX_2_6_31: Version = { ...LINUX_2_6_29, leaf: 'snoop-control', checksMtrrTypes: true };

/** e0f0bbc527f6: asks for non-coherent DMA, here the same. 4566654bb9be, 7cb060a91c0e: PAT checked and 64 bits wide. */
export const LINUX_4_1: Version = {
  ...LINUX_2_6_31,
  checksVariableReservedBits: true,
  reservedBitsFaultTwice: true,
  checksPat: true,
  patReadsBackLowHalf: false,
};

/** 06be5eefe119, efdfe536d8c6: new look-up, level limit, zaps; is_mmio without the zero page; Z1 with the host's width. */
export const LINUX_4_3: Version = {
  ...LINUX_4_1,
  keepsDefTypeInParts: false,
  lookUp: 'mtrr_iter',
  picksWrongFixedSegment: true,
  disabledMtrrs: 'UC',
  consistencyFollowsStalePointer: true,
  leaf: 'classic',
  cdIgnoresPat: true,
  levelLimit: '2M-first',
  zapsOnMtrrWrite: true,
  cdToggleZaps: 'always',
};

/** fb279950ba02, before its revert by 606decd67049: guest MTRRs and CR0.CD decide on MMIO too. */
export const LINUX_4_2_FULL_MTRR: Version = { ...LINUX_4_3, leaf: 'july-2015' };

/** a7f2d7865720, fa7c4ebd5ae0, e24dea2afc6a, 879ae1880449: segment, mask width, E=0 without CPUID.MTRR, gated CD zap. */
export const LINUX_4_4: Version = {
  ...LINUX_4_3,
  picksWrongFixedSegment: false,
  extendsMasks: true,
  disabledMtrrs: 'cpuid',
  cdToggleZaps: 'noncoherent-without-quirk',
};

/** 30b072ce0356, aa2e063aec54, 4c72ab5aa6e0; a level limit only with non-coherent DMA; one #GP. */
export const LINUX_6_6: Version = {
  ...LINUX_4_4,
  consistencyFollowsStalePointer: false,
  reservedPageIsMmio: false,
  initSetsCdNw: false,
  reservedBitsFaultTwice: false,
  levelLimit: 'largest-first',
};

/** Yan Zhao's series of 2023, parts 1 to 5 and 7: CR0.CD honours PAT; non-coherent DMA coming or going zaps. */
export const LINUX_6_7: Version = { ...LINUX_6_6, cdIgnoresPat: false, noncoherentChangeZaps: 'always' };

/** 0a7b73559b39, 377b2f359d1f: guest MTRRs are storage only; PAT is honoured with self-snoop. */
export const LINUX_6_11_0: Version = {
  ...LINUX_6_7,
  extendsMasks: false,
  lookUp: 'none',
  leaf: 'no-guest-mtrr',
  selfSnoopHonoursPat: true,
  levelLimit: 'none',
  zapsOnMtrrWrite: false,
  cdToggleZaps: 'never',
  noncoherentChangeZaps: 'without-self-snoop',
};

/** 9d70f3fec144: self-snoop reverted. */
export const LINUX_6_12: Version = { ...LINUX_6_11_0, selfSnoopHonoursPat: false, noncoherentChangeZaps: 'always' };

/** c9c1e20b4c7d: a quirk. */
export const LINUX_6_16: Version = {
  ...LINUX_6_12,
  hasIgnoreGuestPatQuirk: true,
  noncoherentChangeZaps: 'with-ignore-pat-quirk',
};

/** Yan Zhao v2 5/6 and 6/6, May 2023, on 6.6. */
export const PER_VM_MTRR: Version = { ...LINUX_6_6, readsMtrrsOfVcpu0: true, disabledMtrrs: 'WB' };

/** Yan Zhao v4 6/12, on 6.7. */
export const CD_SKIP: Version = { ...LINUX_6_7, cdDefersMtrrZap: true, cdToggleZaps: 'noncoherent' };

/** "Treat WC memory as MMIO", March 2024, on 6.7. */
export const WC_MMIO: Version = { ...LINUX_6_7, writeCombiningRamIsMmio: true };

/** The reply in that thread: the host's PAT type of the page, no look-up, no zap. */
export const HOST_PAT: Version = { ...LINUX_6_12, leaf: 'host-pat', noncoherentChangeZaps: 'never' };
