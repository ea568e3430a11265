/** KVM on VMX with a guest that is a hypervisor, at the releases whose leaves do not depend on guest MTRRs. */
import { by, defineVersions } from '../contract/define-versions.js';
import { releases } from '../contract/release.js';
import { NestedVmx } from './model.js';
import { rules } from './rules.js';
import { SWITCHES } from './switches.js';

export const profiles = defineVersions(
  {
    lineage: 'nested-vmx',
    vendor: 'intel',
    hasLeaf: true,
    rules,
    switches: SWITCHES,
    origin: { honoursPat: 'self-snoop-or-noncoherent' },
    create: (version) => new NestedVmx(version),
  },
  [
    {
      name: '6.11.0',
      releases: releases('Linux', '6.11.0'),
      changes: [by('377b2f359d1f', {})],
      summary: "KVM's nested VMX: leaves for L2 are WB whatever L1's say, and honour L2's PAT where the host has self-snoop.",
    },
    {
      name: '6.12',
      releases: releases('Linux', 'about 6.11.1 to about 6.12.77', '6.13 to 6.15'),
      changes: [by('9d70f3fec144', { honoursPat: 'noncoherent' })],
      summary: "KVM's nested VMX: leaves for L2 are WB whatever L1's say, and honour L2's PAT with non-coherent DMA.",
    },
    {
      name: '6.16',
      releases: releases('Linux', '6.16 to 7.2'),
      changes: [by('c9c1e20b4c7d', { honoursPat: 'noncoherent-or-quirk-disabled' })],
      summary: "KVM's nested VMX: leaves for L2 are WB whatever L1's say, and honour L2's PAT as those for L1 do.",
    },
  ],
);
