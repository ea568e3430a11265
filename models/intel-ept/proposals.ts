/** Patches that no release has, each as what it changes in a version. */
import { by, type ProposalEntry } from '../contract/define-versions.js';
import { unmerged } from '../contract/release.js';
import type { SWITCHES } from './switches.js';

export const PROPOSED: readonly ProposalEntry<typeof SWITCHES>[] = [
  {
    name: '6.16+no-ipat',
    base: '6.16',
    releases: unmerged('a question on xen-devel, July 2020: ipat beside memory encryption with keys'),
    changes: [by('xen-devel, 2020-07-31', { ipat: false })],
    summary: 'As 6.16, but no leaf has ipat: the guest PAT is honoured everywhere.',
  },
  {
    name: 'per-vm-mtrr',
    base: '6.6',
    releases: unmerged('Yan Zhao v2 5/6 and 6/6, May 2023, on Linux 6.6'),
    changes: [by('Yan Zhao v2 5/6', { disabledMtrrs: 'WB' }), by('Yan Zhao v2 6/6', { readsMtrrsOfVcpu0: true })],
    summary: 'The MTRRs of vCPU 0 decide for all; writes of the others zap nothing.',
  },
  {
    name: 'cd-skip',
    base: '6.7',
    releases: unmerged('Yan Zhao v4 6/12, on Linux 6.7'),
    changes: [by('Yan Zhao v4 6/12', { cdDefersMtrrZap: true, cdToggleZaps: 'noncoherent' })],
    summary: 'MTRR writes while CR0.CD=1 zap nothing; each change of CR0.CD zaps all.',
  },
  {
    name: 'wc-mmio',
    base: '6.7',
    releases: unmerged('KVM list, March 2024, on Linux 6.7'),
    changes: [by('KVM list, March 2024, "treat WC memory as MMIO"', { writeCombiningRamIsMmio: true })],
    summary: 'RAM that the host maps WC is treated as MMIO.',
  },
  {
    name: 'host-pat',
    base: '6.12',
    releases: unmerged('an idea on the KVM list, March 2024'),
    changes: [by('KVM list, March 2024, a reply in that thread', { leaf: 'host-pat', noncoherentChangeZaps: 'never' })],
    summary: 'The EPT type is the host PAT type of the page; guest PAT honoured.',
  },
];
