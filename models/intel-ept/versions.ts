/** The versions, each as what its commits changed in the one before it. Read from top to bottom this is the history of the subject. */
import { by, defineVersions, type VersionEntry } from '../contract/define-versions.js';
import { releases } from '../contract/release.js';
import { IntelEpt } from './model.js';
import { PROPOSED } from './proposals.js';
import { rules } from './rules.js';
import { SWITCHES, type Version } from './switches.js';

/** First EPT support, 2.6.26: WB without IPAT everywhere; MTRRs are storage without checks. */
const FIRST: Version = {
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
  ipat: true,
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
  longModeKeepsPaging: false,
};

const linux = (...ranges: readonly string[]) => releases('Linux', ...ranges);

/** `null`: no tree that was read tells the commit. */
const RELEASED: readonly VersionEntry<typeof SWITCHES>[] = [
  {
    name: '2.6.27',
    releases: linux('2.6.26 to 2.6.28-rc4'),
    changes: [],
    summary: 'First EPT: every leaf WB, guest PAT honoured.',
  },
  {
    name: '2.6.28',
    releases: linux('2.6.28-rc5 to 2.6.28'),
    changes: [by('928d4bf747e9', { leaf: 'write-back-ipat' })],
    summary: 'Every leaf WB, guest PAT ignored.',
  },
  {
    name: '2.6.29-rc1',
    releases: linux('2.6.29-rc1 to 2.6.29-rc5'),
    changes: [
      by('0bed3b568b68', { keepsDefTypeInParts: true, patReadsBackLowHalf: true }),
      by('64d4d521757', { lookUp: 'get_mtrr_type', leaf: 'guest-mtrr-ipat' }),
    ],
    summary: 'Guest MTRRs decide every leaf, guest PAT ignored.',
  },
  {
    name: '2.6.29',
    releases: linux('2.6.29-rc6 to 2.6.30'),
    changes: [by('2aaf69dcee86', { leaf: 'mmio-uc-guest-mtrr-ipat' })],
    summary: 'Host MMIO is UC; guest MTRRs decide the rest, guest PAT ignored.',
  },
  {
    name: '2.6.31',
    releases: linux('2.6.31 to about 3.16'),
    changes: [
      by('522c68c4416', { leaf: 'snoop-control' }),
      by('d6289b9365c', { checksMtrrTypes: true }),
      // 3.13: asks for non-coherent DMA, which is here the same.
      by('e0f0bbc527f6', {}),
    ],
    summary: 'Guest MTRRs and PAT decide where the IOMMU cannot force snooping.',
  },
  {
    name: '4.1',
    releases: { ...linux('about 3.17 to 4.1'), remark: '(PAT is checked from 3.18)' },
    changes: [
      by(null, { checksVariableReservedBits: true, reservedBitsFaultTwice: true }),
      by('7cb060a91c0e', { patReadsBackLowHalf: false }),
      by('4566654bb9be', { checksPat: true }),
    ],
    summary: 'Guest MTRRs and PAT decide with non-coherent DMA.',
  },
  {
    name: '4.2-full-mtrr',
    releases: linux('4.2.0 to 4.2.3', '4.3-rc1 to 4.3-rc3'),
    changes: [
      by(null, { keepsDefTypeInParts: false, disabledMtrrs: 'UC', levelLimit: '2M-first', consistencyFollowsStalePointer: true }),
      by('06be5eefe119', { lookUp: 'mtrr_iter', picksWrongFixedSegment: true }),
      by('efdfe536d8c6', { zapsOnMtrrWrite: true }),
      by('b18d5431acc7', { leaf: 'classic', cdToggleZaps: 'always' }),
      by('fd717f11015f', { leaf: 'july-2015' }),
      by('fb279950ba02', { cdIgnoresPat: true }),
    ],
    summary: 'Guest MTRRs decide on host MMIO too; reverted after machine checks.',
  },
  {
    name: '4.2.8',
    releases: linux('about 4.2.4 to 4.2.y'),
    changes: [by('606decd67049', { leaf: 'classic' }), by('879ae1880449', { cdToggleZaps: 'noncoherent-without-quirk' })],
    summary: 'As 4.3, but a change of CR0.CD zaps as in 4.4.',
  },
  {
    name: '4.3',
    base: '4.2-full-mtrr',
    releases: linux('4.3-rc4 to 4.3'),
    changes: [by('606decd67049', { leaf: 'classic' })],
    summary: 'MTRR look-up with the wrong fixed segment and masks of host width.',
  },
  {
    name: '4.4',
    releases: linux('4.4 to about 4.5'),
    changes: [
      by('a7f2d7865720', { picksWrongFixedSegment: false }),
      by('fa7c4ebd5ae0', { extendsMasks: true }),
      by('879ae1880449', { cdToggleZaps: 'noncoherent-without-quirk' }),
      by('e24dea2afc6a', { disabledMtrrs: 'cpuid' }),
    ],
    summary: 'Guest MTRRs and PAT decide with non-coherent DMA; MTRRs always limit the mapping size; reserved pages are MMIO.',
  },
  {
    name: '4.9',
    releases: linux('about 4.6 to about 4.15'),
    changes: [by('30b072ce0356', { consistencyFollowsStalePointer: false })],
    summary: 'As 4.4, without the crash of the consistency check.',
  },
  {
    name: '4.16',
    releases: {
      ...linux('about 4.16 to about 5.14'),
      remark: '(INIT and the second #GP as in 5.10; as in 5.17 from some release on)',
    },
    changes: [
      by('aa2e063aec54', { reservedPageIsMmio: false }),
      // 5.2: a page without struct page may still be RAM by the firmware's map; none of the format is.
      by('0c55671f84ff', {}),
    ],
    summary: 'As 4.9, but reserved pages that the host maps WB are RAM.',
  },
  {
    name: '5.17',
    releases: linux('about 5.15 to about 5.19'),
    changes: [
      by('4c72ab5aa6e0', { initSetsCdNw: false }),
      by(null, { reservedBitsFaultTwice: false }),
      by(null, { longModeKeepsPaging: true }),
    ],
    summary:
      'As 4.16, but INIT keeps CR0.CD and NW, reserved bits of a variable MTRR are one #GP, and 64-bit code cannot clear CR0.PG.',
  },
  {
    name: '6.6',
    releases: linux('about 6.0 to 6.6'),
    changes: [by(null, { levelLimit: 'largest-first' })],
    summary: 'As 5.17, but MTRRs limit the mapping size only with non-coherent DMA.',
  },
  {
    name: '6.7',
    releases: linux('6.7 to 6.10'),
    changes: [
      // Helpers that ask whether guest MTRRs are honoured, which is here the same.
      by('Yan Zhao v4 1/12 to 4/12', {}),
      by('Yan Zhao v4 5/12', { noncoherentChangeZaps: 'always' }),
      by('Yan Zhao v4 7/12', { cdIgnoresPat: false }),
    ],
    summary: 'Guest PAT honoured while CR0.CD=1; non-coherent DMA coming or going zaps.',
  },
  {
    name: '6.11.0',
    releases: linux('6.11.0'),
    changes: [
      by('0a7b73559b39', {
        lookUp: 'none',
        leaf: 'no-guest-mtrr',
        extendsMasks: false,
        levelLimit: 'none',
        zapsOnMtrrWrite: false,
        cdToggleZaps: 'never',
      }),
      by('377b2f359d1f', { selfSnoopHonoursPat: true, noncoherentChangeZaps: 'without-self-snoop' }),
    ],
    summary: 'Guest MTRRs are storage only; guest PAT always honoured with self-snoop.',
  },
  {
    name: '6.12',
    releases: linux('about 6.11.1 to about 6.12.77', '6.13 to 6.15'),
    changes: [by('9d70f3fec144', { selfSnoopHonoursPat: false, noncoherentChangeZaps: 'always' })],
    summary: 'Guest PAT honoured with non-coherent DMA only.',
  },
  {
    name: '6.16',
    releases: { ...linux('about 6.12.78 to 6.12.y', '6.16 and later'), remark: '(run up to 7.3.4)' },
    changes: [by('c9c1e20b4c7d', { hasIgnoreGuestPatQuirk: true, noncoherentChangeZaps: 'with-ignore-pat-quirk' })],
    summary: 'Guest PAT honoured with non-coherent DMA or KVM_X86_QUIRK_IGNORE_GUEST_PAT disabled.',
  },
];

export const profiles = defineVersions(
  {
    lineage: 'intel-ept',
    vendor: 'intel',
    hasLeaf: true,
    rules,
    switches: SWITCHES,
    origin: FIRST,
    create: (version) => new IntelEpt(version),
  },
  RELEASED,
  PROPOSED,
);
