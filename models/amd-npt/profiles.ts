/** The four kinds of nested paging that KVM has had, oldest first: each is a choice of every switch of Kernel. */
import type { Profile } from '../contract/model.js';
import type { Kernel } from './kernel.js';
import { NptModel } from './npt-model.js';
import { rules } from './rules.js';

const LINUX_4_1: Kernel = {
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

const LINUX_4_2_NPT_PAT: Kernel = {
  gPatFollowsWrites: false,
  gPatFromArchPat: true,
  gPatForcedToWb: true,
  archPatHasResetValue: true,
  nestedTypeFromGuestMtrr: true,
  cdQuirkExists: true,
  initSetsCdAndNw: true,
  levelLimitedByMtrr: true,
  mtrrWriteZaps: true,
  cdToggleZap: 'always',
  masksAsWideAsHost: true,
  staleListPointer: true,
  reservedBitsQueueTwoGps: true,
};

const LINUX_4_12: Kernel = {
  ...LINUX_4_2_NPT_PAT,
  gPatForcedToWb: false,
  nestedTypeFromGuestMtrr: false,
  cdToggleZap: 'non-coherent without the quirk',
  masksAsWideAsHost: false,
  staleListPointer: false,
};

const LINUX_6_16: Kernel = {
  ...LINUX_4_12,
  gPatFollowsWrites: true,
  initSetsCdAndNw: false,
  levelLimitedByMtrr: false,
  mtrrWriteZaps: false,
  cdToggleZap: 'never',
  reservedBitsQueueTwoGps: false,
};

function profile(version: string, kernel: Kernel, span: string, commits: readonly string[], summary: string): Profile {
  return {
    name: `amd-npt/${version}`,
    lineage: 'amd-npt',
    vendor: 'amd',
    span,
    commits,
    summary,
    hasLeaf: true,
    rules,
    create: () => new NptModel(kernel),
  };
}

export const profiles: readonly Profile[] = [
  profile(
    '4.1',
    LINUX_4_1,
    'Linux 3.18 to 4.1',
    ['7cb060a91c0e'],
    'KVM on SVM with nested paging: g_pat is the reset value whatever the guest writes, and nested leaves are WB.',
  ),
  profile(
    '4.2-npt-pat',
    LINUX_4_2_NPT_PAT,
    'Linux 4.2.0 to 4.2.3',
    ['74545705cb86', 'efdfe536d8c6', '3c2e7f7de324', 'fd717f11015f'],
    "KVM on SVM with nested paging: guest MTRRs become nested PAT bits once a device is assigned; reverted, since boots were slow and the host's PAT has no WP.",
  ),
  profile(
    '4.12',
    LINUX_4_12,
    'Linux 4.9 to about 4.13',
    ['625422f60c55', 'fc07e76ac7ff', '879ae1880449', 'fa7c4ebd5ae0', 'a7f2d7865720', '30b072ce0356'],
    'KVM on SVM with nested paging: g_pat takes the guest PAT only when the VMCB is initialised, at creation and INIT; nested leaves are WB.',
  ),
  profile(
    'gpat',
    LINUX_6_16,
    'Linux 4.14 and later, answering as 6.16 to 6.19',
    ['15038e147247', '4c72ab5aa6e0', 'c9c1e20b4c7d'],
    'KVM on SVM with nested paging: g_pat follows the guest PAT, nested leaves are WB, and host MTRRs decide the rest.',
  ),
];
