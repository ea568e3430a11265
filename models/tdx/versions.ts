/** KVM with TDX: as it would have been on the ioctl of RFC v8, as merged, and each with a planted fault. */
import { by, defineVersions, type ProposalEntry, type VersionEntry } from '../contract/define-versions.js';
import { releases, unmerged } from '../contract/release.js';
import { statedInvariants } from './invariants.js';
import { TrustDomain } from './model.js';
import { rules } from './rules.js';
import { SWITCHES, type Switches } from './switches.js';

const RFC: Switches = {
  zapFirst: false,
  earlyOutEqual: false,
  headTailAdd: false,
  mismatchBeforeSlot: false,
  stalePrecheck: false,
  notifierSparesPrivate: false,
  skipZap: false,
  noInvalidation: false,
};

/** Commits by subject where no source that was read gives their ids. */
const DESIGNS: readonly VersionEntry<typeof SWITCHES>[] = [
  {
    name: 'rfc',
    releases: {
      product: '',
      ranges: [],
      remark: 'SEV-SNP hypervisor RFC v8, March 2023, with the TDX series of that time; never a release',
    },
    changes: [],
    summary: 'TDX on the attribute ioctl of RFC v8: attributes are stored first, then both EPTs are zapped, whatever the target.',
  },
  {
    name: '6.16',
    releases: releases('Linux', '6.16 to 6.17'),
    changes: [
      by('KVM: Introduce per-page memory attributes', { zapFirst: true, earlyOutEqual: true }),
      by('KVM: x86/mmu: Handle page fault for private memory', { mismatchBeforeSlot: true }),
      // In the 6.8 cycle.
      by(null, { stalePrecheck: true }),
      by(null, { notifierSparesPrivate: true }),
      by('9129633d568e', { headTailAdd: true }),
      // Of the memory types: a TD is one of the VMs that never ignore guest PAT.
      by('c9c1e20b4c7d', {}),
    ],
    summary:
      'KVM with TDX as merged: a conversion zaps the leaves of the opposite type first, private pages wait for the guest to accept them.',
  },
];

const SKIP_ZAP = { suffix: 'skip-zap', what: 'but its conversions flush TLBs and remove no leaf', switches: { skipZap: true } };
const NO_INVALIDATION = {
  suffix: 'no-invalidation',
  what: 'but its conversions announce no invalidation to running faults',
  switches: { noInvalidation: true },
};
const NO_HEAD_TAIL = {
  suffix: 'no-head-tail',
  what: 'without the invalidation of huge regions at the head and tail of a conversion',
  switches: { headTailAdd: false },
};

interface Fault {
  readonly suffix: string;
  readonly what: string;
  readonly switches: Partial<Switches>;
}

function planted(base: string, { suffix, what, switches }: Fault): ProposalEntry<typeof SWITCHES> {
  return {
    name: `${base}+${suffix}`,
    base,
    releases: unmerged(`tdx/${base} with a planted fault`),
    changes: [by('planted', switches)],
    summary: `As tdx/${base}, ${what}.`,
  };
}

export const profiles = defineVersions(
  {
    lineage: 'tdx',
    vendor: 'intel',
    hasLeaf: true,
    rules,
    invariants: statedInvariants,
    switches: SWITCHES,
    origin: RFC,
    create: (switches) => new TrustDomain(switches),
  },
  DESIGNS,
  [
    planted('6.16', SKIP_ZAP),
    planted('6.16', NO_INVALIDATION),
    planted('6.16', NO_HEAD_TAIL),
    planted('rfc', SKIP_ZAP),
    planted('rfc', NO_INVALIDATION),
  ],
);
