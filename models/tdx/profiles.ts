/** KVM with TDX: as merged, as it would have been on the ioctl of RFC v8, and each with a planted fault. */
import type { Profile } from '../contract/model.js';
import { statedInvariants } from './invariants.js';
import { rules } from './rules.js';
import { MERGED, RFC, type Switches } from './switches.js';
import { TrustDomain } from './trust-domain.js';

interface Entry {
  readonly name: string;
  readonly span: string;
  readonly commits: readonly string[];
  readonly summary: string;
  readonly switches: Switches;
}

const MERGED_SPAN = 'Linux 6.16 to 6.17';
const MERGED_COMMITS = ['9129633d568e', 'c9c1e20b4c7d'];
const RFC_SPAN = 'SEV-SNP hypervisor RFC v8, March 2023, with the TDX series of that time';

const ENTRIES: readonly Entry[] = [
  {
    name: 'tdx/rfc',
    span: RFC_SPAN,
    commits: [],
    summary: 'TDX on the attribute ioctl of RFC v8: attributes are stored first, then both EPTs are zapped, whatever the target.',
    switches: RFC,
  },
  {
    name: 'tdx/6.16',
    span: MERGED_SPAN,
    commits: MERGED_COMMITS,
    summary:
      'KVM with TDX as merged: a conversion zaps the leaves of the opposite type first, private pages wait for the guest to accept them.',
    switches: MERGED,
  },
  {
    name: 'tdx/6.16+skip-zap',
    span: MERGED_SPAN,
    commits: MERGED_COMMITS,
    summary: 'As tdx/6.16, but its conversions flush TLBs and remove no leaf.',
    switches: { ...MERGED, skipZap: true },
  },
  {
    name: 'tdx/6.16+no-invalidation',
    span: MERGED_SPAN,
    commits: MERGED_COMMITS,
    summary: 'As tdx/6.16, but its conversions announce no invalidation to running faults.',
    switches: { ...MERGED, noInvalidation: true },
  },
  {
    name: 'tdx/6.16+no-head-tail',
    span: MERGED_SPAN,
    commits: ['c9c1e20b4c7d'],
    summary: 'As tdx/6.16, without the invalidation of huge regions at the head and tail of a conversion.',
    switches: { ...MERGED, headTailAdd: false },
  },
  {
    name: 'tdx/rfc+skip-zap',
    span: RFC_SPAN,
    commits: [],
    summary: 'As tdx/rfc, but its conversions flush TLBs and remove no leaf.',
    switches: { ...RFC, skipZap: true },
  },
  {
    name: 'tdx/rfc+no-invalidation',
    span: RFC_SPAN,
    commits: [],
    summary: 'As tdx/rfc, but its conversions announce no invalidation to running faults.',
    switches: { ...RFC, noInvalidation: true },
  },
];

export const profiles: readonly Profile[] = ENTRIES.map(({ switches, ...entry }) => ({
  ...entry,
  lineage: 'tdx',
  vendor: 'intel',
  hasLeaf: true,
  rules,
  invariants: statedInvariants(switches),
  create: () => new TrustDomain(switches),
}));
