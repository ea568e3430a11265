/** The kinds of nested paging that KVM has had, oldest first, each as what its commits changed in the one before it. */
import { by, defineVersions } from '../contract/define-versions.js';
import { releases } from '../contract/release.js';
import { NptModel } from './model.js';
import { rules } from './rules.js';
import { type Kernel, SWITCHES } from './switches.js';

const FIRST: Kernel = {
  gPatFollowsWrites: false,
  gPatFromArchPat: false,
  gPatForcedToWb: false,
  archPatHasResetValue: false,
  nestedTypeFromGuestMtrr: false,
  cdQuirkExists: false,
  initSetsCdAndNw: true,
  levelLimitedByMtrr: false,
  mtrrWriteZaps: false,
  cdToggleZap: 'never',
  masksAsWideAsHost: true,
  staleListPointer: false,
  reservedBitsQueueTwoGps: true,
};

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
      name: '4.1',
      releases: releases('Linux', '3.18 to 4.1'),
      // The first that keeps all 64 bits of arch.pat.
      changes: [by('7cb060a91c0e', {})],
      summary: 'KVM on SVM with nested paging: g_pat is the reset value whatever the guest writes, and nested leaves are WB.',
    },
    {
      name: '4.2-npt-pat',
      releases: releases('Linux', '4.2.0 to 4.2.3'),
      changes: [
        by(null, { levelLimitedByMtrr: true, staleListPointer: true, cdQuirkExists: true }),
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
      name: '4.12',
      releases: releases('Linux', '4.9 to about 4.13'),
      changes: [
        by('625422f60c55', {}),
        by('fc07e76ac7ff', { gPatForcedToWb: false, nestedTypeFromGuestMtrr: false }),
        by('879ae1880449', { cdToggleZap: 'noncoherent-without-quirk' }),
        by('fa7c4ebd5ae0', { masksAsWideAsHost: false }),
        by('a7f2d7865720', {}),
        by('30b072ce0356', { staleListPointer: false }),
      ],
      summary:
        'KVM on SVM with nested paging: g_pat takes the guest PAT only when the VMCB is initialised, at creation and INIT; nested leaves are WB.',
    },
    {
      name: 'gpat',
      releases: { ...releases('Linux', '4.14 and later'), remark: 'answering as 6.16 to 6.19' },
      changes: [
        by('15038e147247', { gPatFollowsWrites: true }),
        by('4c72ab5aa6e0', { initSetsCdAndNw: false }),
        by(null, { reservedBitsQueueTwoGps: false, levelLimitedByMtrr: false }),
        // Only where guest MTRRs are honoured, which they are on EPT alone.
        by('Yan Zhao v4 1/12 to 4/12', { mtrrWriteZaps: false, cdToggleZap: 'never' }),
        by('c9c1e20b4c7d', {}),
      ],
      summary: 'KVM on SVM with nested paging: g_pat follows the guest PAT, nested leaves are WB, and host MTRRs decide the rest.',
    },
  ],
);
