/** Linux 6.8 as merged, and what it would be with or without single parts: each entry is what it changed in the one that it names. */
import { by, defineVersions, type ProposalEntry, type VersionEntry } from '../contract/define-versions.js';
import { releases, unmerged } from '../contract/release.js';
import { INVARIANTS } from './invariants.js';
import { SoftwareProtectedVm } from './model.js';
import { rules } from './rules.js';
import { SWITCHES, type Switches } from './switches.js';

type Entry = VersionEntry<typeof SWITCHES>;

/** KVM_X86_SW_PROTECTED_VM as it was first merged. */
const FIRST: Switches = { headTailAdd: false, skipZap: false, noInvalidation: false };

const RELEASED: readonly Entry[] = [
  {
    name: '6.8',
    releases: { ...releases('Linux', '6.8 to 6.14'), remark: '(private memory), 6.16 to 6.19 (memory types)' },
    // Of the memory types. The private memory of 6.8 came in commits that the README names by subject.
    changes: [by('c9c1e20b4c7d', {})],
    summary: 'KVM_X86_SW_PROTECTED_VM: guest_memfd and private attributes enforced by KVM alone; memory types of EPT in 6.16.',
  },
  {
    name: '6.8+head-tail',
    releases: { ...releases('Linux', '6.15'), remark: '(private memory), 6.16 to 6.19 (memory types)' },
    changes: [by('9129633d568e', { headTailAdd: true })],
    summary: 'As 6.8, with the first and last huge page of a conversion inside its invalidation.',
  },
];

const THREAD = 'thread on KVM SNP RFC v8 02/56, March 2023';

/** Designs discussed on the list that no release has. */
const PROPOSED: readonly ProposalEntry<typeof SWITCHES>[] = [
  {
    name: '6.8+skip-zap',
    base: '6.8',
    releases: unmerged(THREAD),
    changes: [by(THREAD, { skipZap: true })],
    summary: 'As 6.8, but a conversion flushes TLBs and leaves its leaves in place.',
  },
  {
    name: '6.8+no-invalidation',
    base: '6.8',
    releases: unmerged(THREAD),
    changes: [by(THREAD, { noInvalidation: true })],
    summary: 'As 6.8, but a conversion opens no invalidation that a fault in flight could notice.',
  },
];

export const profiles = defineVersions(
  {
    lineage: 'sw-protected',
    vendor: 'intel',
    hasLeaf: true,
    rules,
    invariants: () => INVARIANTS,
    switches: SWITCHES,
    origin: FIRST,
    create: (switches) => new SoftwareProtectedVm(switches),
  },
  RELEASED,
  PROPOSED,
);
