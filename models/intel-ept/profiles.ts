/** The versions offered. What each does is history.ts. */
import type { Profile } from '../contract/model.js';
import {
  CD_SKIP,
  HOST_PAT,
  LINUX_2_6_27,
  LINUX_2_6_28,
  LINUX_2_6_29,
  LINUX_2_6_29_RC1,
  LINUX_2_6_31,
  LINUX_4_1,
  LINUX_4_2_FULL_MTRR,
  LINUX_4_3,
  LINUX_4_4,
  LINUX_6_6,
  LINUX_6_7,
  LINUX_6_11_0,
  LINUX_6_12,
  LINUX_6_16,
  PER_VM_MTRR,
  WC_MMIO,
} from './history.js';
import { IntelEpt } from './intel-ept.js';
import { rules } from './rules.js';
import type { Version } from './version.js';

function profile(name: string, version: Version, span: string, commits: readonly string[], summary: string): Profile {
  return {
    name: `intel-ept/${name}`,
    lineage: 'intel-ept',
    vendor: 'intel',
    span,
    commits,
    summary,
    hasLeaf: true,
    rules,
    create: () => new IntelEpt(version),
  };
}

/** A patch that no release has. @param base the version that it changes */
function proposal(name: string, base: string, version: Version, span: string, summary: string): Profile {
  return { ...profile(name, version, span, [], summary), base: `intel-ept/${base}` };
}

export const profiles: readonly Profile[] = [
  profile('2.6.27', LINUX_2_6_27, 'Linux 2.6.26 to 2.6.28-rc4', [], 'First EPT: every leaf WB, guest PAT honoured.'),
  profile('2.6.28', LINUX_2_6_28, 'Linux 2.6.28-rc5 to 2.6.28', ['928d4bf747e9'], 'Every leaf WB, guest PAT ignored.'),
  profile(
    '2.6.29-rc1',
    LINUX_2_6_29_RC1,
    'Linux 2.6.29-rc1 to 2.6.29-rc5',
    ['0bed3b568b68', '64d4d521757'],
    'Guest MTRRs decide every leaf, guest PAT ignored.',
  ),
  profile(
    '2.6.29',
    LINUX_2_6_29,
    'Linux 2.6.29-rc6 to 2.6.30',
    ['64d4d521757', '2aaf69dcee86'],
    'Host MMIO is UC; guest MTRRs decide the rest, guest PAT ignored.',
  ),
  profile(
    '2.6.31',
    LINUX_2_6_31,
    'Linux 2.6.31 to about 3.12',
    ['522c68c4416', 'd6289b9365c'],
    'Guest MTRRs and PAT decide where the IOMMU cannot force snooping.',
  ),
  profile(
    '4.1',
    LINUX_4_1,
    'Linux about 3.13 to 4.1 (MSR validity from 3.18)',
    ['e0f0bbc527f6', '4566654bb9be'],
    'Guest MTRRs and PAT decide with non-coherent DMA.',
  ),
  profile(
    '4.2-full-mtrr',
    LINUX_4_2_FULL_MTRR,
    'Linux 4.2.0 to 4.2.3, 4.3-rc1 to 4.3-rc3',
    ['06be5eefe119', 'efdfe536d8c6', 'b18d5431acc7', 'fd717f11015f', 'fb279950ba02'],
    'Guest MTRRs decide on host MMIO too; reverted after machine checks.',
  ),
  profile(
    '4.3',
    LINUX_4_3,
    'Linux 4.3',
    ['06be5eefe119', 'efdfe536d8c6', 'b18d5431acc7', '606decd67049'],
    'MTRR look-up with the wrong fixed segment and masks of host width.',
  ),
  profile(
    '4.4',
    LINUX_4_4,
    'Linux 4.4 to about 4.15 (the crash of the consistency check to about 4.5)',
    ['a7f2d7865720', 'fa7c4ebd5ae0', '879ae1880449', 'e24dea2afc6a'],
    'Guest MTRRs and PAT decide with non-coherent DMA; MTRRs always limit the mapping size; reserved pages are MMIO.',
  ),
  profile(
    '6.6',
    LINUX_6_6,
    'Linux about 6.0 to 6.6',
    ['30b072ce0356', 'aa2e063aec54', '4c72ab5aa6e0'],
    'As 4.4, but MTRRs limit the mapping size only with non-coherent DMA, and reserved WB pages are RAM.',
  ),
  profile(
    '6.7',
    LINUX_6_7,
    'Linux 6.7 to 6.10',
    ['Yan Zhao v4 1/12 to 5/12 and 7/12'],
    'Guest PAT honoured while CR0.CD=1; non-coherent DMA coming or going zaps.',
  ),
  profile(
    '6.11.0',
    LINUX_6_11_0,
    'Linux 6.11.0',
    ['0a7b73559b39', '377b2f359d1f'],
    'Guest MTRRs are storage only; guest PAT always honoured with self-snoop.',
  ),
  profile('6.12', LINUX_6_12, 'Linux late 6.11.y to 6.15', ['9d70f3fec144'], 'Guest PAT honoured with non-coherent DMA only.'),
  profile(
    '6.16',
    LINUX_6_16,
    'Linux 6.16 to 6.19',
    ['c9c1e20b4c7d'],
    'Guest PAT honoured with non-coherent DMA or KVM_X86_QUIRK_IGNORE_GUEST_PAT disabled.',
  ),
  proposal(
    'per-vm-mtrr',
    '6.6',
    PER_VM_MTRR,
    'unmerged: Yan Zhao v2 5/6 and 6/6, May 2023, on Linux 6.6',
    'The MTRRs of vCPU 0 decide for all; writes of the others zap nothing.',
  ),
  proposal(
    'cd-skip',
    '6.7',
    CD_SKIP,
    'unmerged: Yan Zhao v4 6/12, on Linux 6.7',
    'MTRR writes while CR0.CD=1 zap nothing; each change of CR0.CD zaps all.',
  ),
  proposal(
    'wc-mmio',
    '6.7',
    WC_MMIO,
    'unmerged: KVM list, March 2024, on Linux 6.7',
    'RAM that the host maps WC is treated as MMIO.',
  ),
  proposal(
    'host-pat',
    '6.12',
    HOST_PAT,
    'unmerged idea: KVM list, March 2024',
    'The EPT type is the host PAT type of the page; guest PAT honoured.',
  ),
];
