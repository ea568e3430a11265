/** KVM without EPT and without NPT, at one release. */
import { by, defineVersions } from '../contract/define-versions.js';
import { releases } from '../contract/release.js';
import { choice, toggle } from '../contract/switch.js';
import { ShadowPager } from './model.js';
import { rules } from './rules.js';
import { SVM, VMX } from './vendor.js';

const SWITCHES = {
  module: choice('Which module of KVM: whose PAT is live, what CR0.CD does (vendor.ts).', 'kvm_intel', 'kvm_amd'),
  ignoreGuestPatQuirk: toggle(
    'KVM_X86_QUIRK_IGNORE_GUEST_PAT is enabled for the VM, which is all that the zap at the start and stop of non-coherent DMA asks for.',
  ),
} as const;

export const profiles = defineVersions(
  {
    lineage: 'shadow-paging',
    hasLeaf: true,
    rules,
    switches: SWITCHES,
    origin: { module: 'kvm_intel', ignoreGuestPatQuirk: false },
    create: ({ module, ignoreGuestPatQuirk }) => new ShadowPager(module === 'kvm_intel' ? VMX : SVM, ignoreGuestPatQuirk),
  },
  [
    {
      name: 'kvm-vmx',
      vendor: 'intel',
      releases: { ...releases('Linux', '6.16 to 6.19'), remark: 'kvm_intel with ept=0' },
      changes: [
        by('4566654bb9be', {}),
        by('4c72ab5aa6e0', {}),
        by('0a7b73559b39', {}),
        by('c9c1e20b4c7d', { ignoreGuestPatQuirk: true }),
      ],
      summary:
        "KVM on VMX without EPT: entry 0 of the guest's own PAT, combined with the host MTRRs, types every access; CR0.CD has no effect.",
    },
    {
      name: 'kvm-svm',
      vendor: 'amd',
      base: null,
      releases: { ...releases('Linux', '6.16 to 6.19'), remark: 'kvm_amd with npt=0' },
      // svm leaves the quirk among kvm_caps.inapplicable_quirks: "Contradictions" in the README.
      changes: [by(null, { module: 'kvm_amd' }), by('4c72ab5aa6e0', {}), by('0a7b73559b39', {})],
      summary:
        'KVM on SVM without NPT: the host PAT stays live and its entry 0 is WB, so the host MTRRs alone type every access, unless userspace lets CR0.CD through.',
    },
  ],
);
