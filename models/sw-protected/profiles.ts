/** The profiles of this model: Linux 6.8 as merged, and what it would be with or without single parts. */
import type { Profile } from '../contract/model.js';
import { type Configuration, LINUX_6_8 } from './configuration.js';
import { INVARIANTS } from './invariants.js';
import { rules } from './rules.js';
import { SoftwareProtectedVm } from './software-protected-vm.js';

/** Of the memory types. The private memory of 6.8 came in commits that the README names by subject. */
const COMMITS = ['c9c1e20b4c7d'];

function profile(
  variant: string,
  span: string,
  commits: readonly string[],
  summary: string,
  configuration: Configuration,
): Profile {
  return {
    name: `sw-protected/6.8${variant}`,
    lineage: 'sw-protected',
    vendor: 'intel',
    span,
    commits,
    summary,
    hasLeaf: true,
    rules,
    invariants: INVARIANTS,
    create: () => new SoftwareProtectedVm(configuration),
  };
}

export const profiles: readonly Profile[] = [
  profile(
    '',
    'Linux 6.8 to 6.14 (private memory), 6.16 to 6.19 (memory types)',
    COMMITS,
    'KVM_X86_SW_PROTECTED_VM: guest_memfd and private attributes enforced by KVM alone; memory types of EPT in 6.16.',
    LINUX_6_8,
  ),
  profile(
    '+head-tail',
    'Linux 6.15 (private memory)',
    [...COMMITS, '9129633d568e'],
    'As 6.8, with the first and last huge page of a conversion inside its invalidation.',
    { ...LINUX_6_8, headTailAdd: true },
  ),
  profile('+skip-zap', 'unmerged', COMMITS, 'As 6.8, but a conversion flushes TLBs and leaves its leaves in place.', {
    ...LINUX_6_8,
    skipZap: true,
  }),
  profile(
    '+no-invalidation',
    'unmerged',
    COMMITS,
    'As 6.8, but a conversion opens no invalidation that a fault in flight could notice.',
    {
      ...LINUX_6_8,
      noInvalidation: true,
    },
  ),
];
