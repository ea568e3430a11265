import type { Profile } from '../contract/model.js';
import { rules } from './rules.js';
import { ShadowPager } from './shadow-pager.js';
import { SVM, VMX } from './vendor.js';

export const profiles: readonly Profile[] = [
  {
    name: 'shadow-paging/kvm-vmx',
    lineage: 'shadow-paging',
    vendor: 'intel',
    span: 'Linux 6.16 to 6.19, kvm_intel with ept=0',
    commits: ['4566654bb9be', '4c72ab5aa6e0', '0a7b73559b39', 'c9c1e20b4c7d'],
    summary:
      "KVM on VMX without EPT: entry 0 of the guest's own PAT, combined with the host MTRRs, types every access; CR0.CD has no effect.",
    hasLeaf: true,
    rules,
    create: () => new ShadowPager(VMX),
  },
  {
    name: 'shadow-paging/kvm-svm',
    lineage: 'shadow-paging',
    vendor: 'amd',
    span: 'Linux 6.16 to 6.19, kvm_amd with npt=0',
    commits: ['4c72ab5aa6e0', '0a7b73559b39'],
    summary:
      'KVM on SVM without NPT: the host PAT stays live and its entry 0 is WB, so the host MTRRs alone type every access, unless userspace lets CR0.CD through.',
    hasLeaf: true,
    rules,
    create: () => new ShadowPager(SVM),
  },
];
