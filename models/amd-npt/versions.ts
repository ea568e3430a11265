/** The kinds of nested paging that KVM has had, oldest first, each as what its commits changed in the one before it. */
import { by, defineVersions } from '../contract/define-versions.js';
import { releases } from '../contract/release.js';
import { NptModel } from './model.js';
import { rules } from './rules.js';
import { type Kernel, SWITCHES } from './switches.js';

/** First nested paging, 2.6.26 and 2.6.27: MTRRs and PAT are storage without checks. */
const FIRST: Kernel = {
  checksTypes: false,
  checksVariableReservedBits: false,
  reservedBitsQueueTwoGps: false,
  keepsDefTypeInParts: false,
  archPatHas32Bits: false,
  gPatFollowsWrites: false,
  gPatFromArchPat: false,
  gPatForcedToWb: false,
  archPatHasResetValue: false,
  nestedTypeFromGuestMtrr: false,
  cdQuirkExists: false,
  initSetsCdAndNw: true,
  longModeKeepsPaging: false,
  levelLimitedByMtrr: false,
  mtrrWriteZaps: false,
  cdToggleZap: 'never',
  masksAsWideAsHost: true,
  staleListPointer: false,
};

/** 4.3-rc4, and 4.2.4: the end of nested types from guest MTRRs. */
const REVERT = [
  by<Kernel>('625422f60c55', {}),
  by<Kernel>('fc07e76ac7ff', { gPatForcedToWb: false, nestedTypeFromGuestMtrr: false }),
];

const linux = (...ranges: readonly string[]) => releases('Linux', ...ranges);

export const profiles = defineVersions(
  {
    lineage: 'amd-npt',
    vendor: 'amd',
    hasLeaf: true,
    rules,
    switches: SWITCHES,
    origin: FIRST,
    create: (kernel) => new NptModel(kernel),
  },
  // `null`: no tree that was read tells the commit.
  [
    {
      name: '2.6.27',
      releases: linux('2.6.26 to 2.6.28'),
      changes: [],
      summary: 'KVM on SVM with nested paging: g_pat is the reset value, nested leaves are WB, any MTRR or PAT value is stored.',
    },
    {
      name: '2.6.29',
      releases: linux('2.6.29-rc1 to 2.6.30'),
      changes: [by('0bed3b568b68', { keepsDefTypeInParts: true, archPatHas32Bits: true })],
      summary: 'KVM on SVM with nested paging: as before, but MTRRdefType is kept in parts and the PAT reads back in 32 bits.',
    },
    {
      name: '2.6.31',
      releases: linux('2.6.31 to about 3.16'),
      changes: [by('d6289b9365c', { checksTypes: true })],
      summary: 'KVM on SVM with nested paging: as before, but type bytes are checked, those of masks too.',
    },
    {
      name: '4.1',
      releases: linux('about 3.17 to 4.1'),
      changes: [
        by(null, { checksVariableReservedBits: true, reservedBitsQueueTwoGps: true }),
        by('7cb060a91c0e', { archPatHas32Bits: false }),
      ],
      summary: 'KVM on SVM with nested paging: g_pat is the reset value whatever the guest writes, and nested leaves are WB.',
    },
    {
      name: '4.2-npt-pat',
      releases: linux('4.2.0 to 4.2.3', '4.3-rc1 to 4.3-rc3'),
      changes: [
        by(null, { keepsDefTypeInParts: false, levelLimitedByMtrr: true, staleListPointer: true, cdQuirkExists: true }),
        by('74545705cb86', { gPatFromArchPat: true, archPatHasResetValue: true }),
        by('efdfe536d8c6', { mtrrWriteZaps: true }),
        by('b18d5431acc7', { cdToggleZap: 'always' }),
        by('3c2e7f7de324', { gPatForcedToWb: true, nestedTypeFromGuestMtrr: true }),
        by('fd717f11015f', {}),
      ],
      summary:
        "KVM on SVM with nested paging: guest MTRRs become nested PAT bits once a device is assigned; reverted, since boots were slow and the host's PAT has no WP.",
    },
    {
      name: '4.2.8',
      releases: linux('about 4.2.4 to 4.2.y'),
      changes: [...REVERT, by('879ae1880449', { cdToggleZap: 'noncoherent-without-quirk' })],
      summary: 'KVM on SVM with nested paging: as 4.3, but a change of CR0.CD zaps as in 4.4.',
    },
    {
      name: '4.3',
      base: '4.2-npt-pat',
      releases: linux('4.3-rc4 to 4.3'),
      changes: REVERT,
      summary: 'KVM on SVM with nested paging: the revert; every change of CR0.CD zaps, and masks are as wide as the host.',
    },
    {
      name: '4.4',
      releases: linux('4.4 to about 4.5'),
      changes: [
        by('879ae1880449', { cdToggleZap: 'noncoherent-without-quirk' }),
        by('fa7c4ebd5ae0', { masksAsWideAsHost: false }),
        by('a7f2d7865720', {}),
      ],
      summary: 'KVM on SVM with nested paging: as 4.12, but the check of a large mapping can crash the host.',
    },
    {
      name: '4.12',
      releases: linux('about 4.6 to about 4.13'),
      changes: [by('30b072ce0356', { staleListPointer: false })],
      summary:
        'KVM on SVM with nested paging: g_pat takes the guest PAT only when the VMCB is initialised, at creation and INIT; nested leaves are WB.',
    },
    {
      name: '4.14',
      releases: {
        ...linux('about 4.14 to about 5.14'),
        remark: '(INIT and the second #GP as in 5.10; as in 5.17 from some release on)',
      },
      changes: [by('15038e147247', { gPatFollowsWrites: true })],
      summary: 'KVM on SVM with nested paging: g_pat follows the guest PAT; guest MTRRs limit the level, and their writes zap.',
    },
    {
      name: '5.17',
      releases: linux('about 5.15 to about 5.19'),
      changes: [
        by('4c72ab5aa6e0', { initSetsCdAndNw: false }),
        by(null, { reservedBitsQueueTwoGps: false }),
        by(null, { longModeKeepsPaging: true }),
      ],
      summary:
        'KVM on SVM with nested paging: as 4.14, but INIT keeps CR0.CD and NW, reserved bits are one #GP, and 64-bit code cannot clear CR0.PG.',
    },
    {
      name: '6.6',
      releases: linux('about 6.0 to 6.6'),
      changes: [by(null, { levelLimitedByMtrr: false })],
      summary: 'KVM on SVM with nested paging: as gpat, but with non-coherent DMA MTRR writes zap, as they do on EPT.',
    },
    {
      name: 'gpat',
      releases: { ...linux('6.7 and later'), remark: '(run up to 7.3.4)' },
      changes: [
        // Only where guest MTRRs are honoured, which they are on EPT alone.
        by('Yan Zhao v4 1/12 to 4/12', { mtrrWriteZaps: false, cdToggleZap: 'never' }),
        by('c9c1e20b4c7d', {}),
      ],
      summary: 'KVM on SVM with nested paging: g_pat follows the guest PAT, nested leaves are WB, and host MTRRs decide the rest.',
    },
  ],
);
