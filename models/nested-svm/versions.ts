/** KVM on SVM with a guest that is a hypervisor. Releases before 5.12 ran both levels on one VMCB and are not modelled. */
import { by, defineVersions } from '../contract/define-versions.js';
import { releases } from '../contract/release.js';
import { NestedSvm } from './model.js';
import { rules } from './rules.js';
import { SWITCHES } from './switches.js';

export const profiles = defineVersions(
  {
    lineage: 'nested-svm',
    vendor: 'amd',
    hasLeaf: true,
    rules,
    switches: SWITCHES,
    origin: { hasSharedPatQuirk: false },
    create: (version) => new NestedSvm(version),
  },
  [
    {
      name: '5.12',
      releases: { ...releases('Linux', '5.12 to 7.1'), remark: 'without the stale g_pat of 5.12 to 6.17, and 7.2 with the quirk' },
      changes: [by('4995a3685f1b', {})],
      summary: "KVM's nested SVM: L2 runs on L1's PAT, g_pat is neither read nor written, and leaves for L2 are WB.",
    },
    {
      name: '7.2',
      releases: releases('Linux', '7.2 and later'),
      changes: [
        by('822790ab0149', { hasSharedPatQuirk: true }),
        by('0a8aeb15848e', {}),
        by('4b83e4ba836e', {}),
        by('02233c73f8ae', {}),
        by('573321b945af', {}),
        by('d65cf222b899', {}),
        by('4f256d5770fe', {}),
      ],
      summary: "KVM's nested SVM with a quirk: where userspace disabled it and L1 uses nested paging, L2 has a PAT of its own.",
    },
  ],
);
