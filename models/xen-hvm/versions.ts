/** The versions of Xen, each as what its commits changed in the one before it, by kind of paging. */
import { by, defineVersions, type ProposalEntry, type VersionEntry } from '../contract/define-versions.js';
import { releases } from '../contract/release.js';
import { EptDomain } from './ept-domain.js';
import { NptDomain } from './npt-domain.js';
import { rules } from './rules.js';
import { ShadowDomain } from './shadow-domain.js';
import { type DomainSwitches, EPT_SWITCHES, type EptSwitches, NPT_SWITCHES, SHADOW_SWITCHES } from './switches.js';

const xen = (...ranges: readonly string[]) => releases('Xen', ...ranges);

/** Xen 4.13. */
const ORIGIN: DomainSwitches = {
  gateIgnoresIommu: false,
  flushSparesSelfSnoop: false,
  devicePermitsFlush: false,
  onlyFirstGrantCounts: false,
  needsP2mHook: false,
  limitsPins: false,
  everyPinOutcomeCounts: false,
  uncachablePinNeedsPermission: false,
  width: 'of-host',
};
const EPT_ORIGIN: EptSwitches = {
  ...ORIGIN,
  specialPages: 'ignored',
  directMmioFirst: true,
  invalidMfnIsUncached: true,
  grantIsWriteBack: false,
  ipat: true,
};

// Commits that every kind of paging has.
const ONLY_FIRST_GRANT = by<DomainSwitches>('c4e5cc2ccc', { onlyFirstGrantCounts: true });
/** d484dcca79 and ab2d47eb13 came with the same releases. */
const PINS_2023 = [
  by<DomainSwitches>('d484dcca79', { limitsPins: true }),
  by<DomainSwitches>('ab2d47eb13', { everyPinOutcomeCounts: true }),
];
const FLUSHES_2025 = [
  by<DomainSwitches>('8333e358e4', { devicePermitsFlush: true }),
  by<DomainSwitches>('50bbacacb8', { needsP2mHook: true }),
  by<DomainSwitches>('2d779cabdd', { gateIgnoresIommu: true, flushSparesSelfSnoop: true }),
  by<DomainSwitches>('3125ca0da2', {}),
  by<DomainSwitches>('d63b2c60f7', { uncachablePinNeedsPermission: true }),
];

const EPT: readonly VersionEntry<typeof EPT_SWITCHES>[] = [
  {
    name: 'ept-4.14.0',
    releases: xen('4.13.0 to about 4.13.1', '4.14.0'),
    changes: ['0acc7010ac', 'efd5c610a2', '30921dc2df', '4e34e0586f', 'f3d880bf2b', 'f89f555827'].map((id) => by(id, {})),
    summary: 'Before the special-page patch: pages of the hypervisor follow the guest MTRRs.',
  },
  {
    name: 'ept-ca24b2ffdb',
    releases: { ...xen('about 4.13.2 to about 4.13.5', 'about 4.14.1 to about 4.14.6'), remark: '(commit ca24b2ffdb)' },
    changes: [by('ca24b2ffdb', { specialPages: 'break-superpages' })],
    summary: 'The special-page patch as committed: WB with ipat for special pages, which break superpages up.',
  },
  {
    name: 'ept-4.15',
    releases: xen('4.15'),
    changes: [by('81fd0d3ca4', { directMmioFirst: false })],
    summary: 'Direct MMIO is decided after special pages, and where its MFN is invalid it is UC with ipat.',
  },
  {
    name: 'ept-4.16',
    releases: xen('4.16'),
    changes: [by('ed464d4e8a', {}), by('8af4b47f06', { grantIsWriteBack: true }), by(null, { width: 'of-four-levels' })],
    summary: 'Grant and foreign mappings are WB with ipat.',
  },
  {
    name: 'ept-4.17',
    releases: { ...xen('4.17.0', '4.18.0'), remark: '(4.18.0 but for pinned ranges)' },
    changes: [by('60d1adfa18', { specialPages: 'by-count' }), ONLY_FIRST_GRANT],
    summary: 'A superpage that is special as a whole stays one; only the first grant of I/O resources invalidates.',
  },
  {
    name: 'ept-4.19',
    releases: xen('4.19 to 4.20'),
    changes: [...PINS_2023, by('5540b94e81', {}), by('777c71d313', {}), by('4fdd8d7556', { invalidMfnIsUncached: false })],
    summary: 'The validity of the MFN decides nothing any more, so that direct MMIO can be WC again.',
  },
  {
    name: 'ept-4.21',
    releases: xen('4.21 to 4.22'),
    changes: FLUSHES_2025,
    summary: 'Guest MTRR writes recalculate only where cache flushes are permitted, IOMMU or not.',
  },
];

const EPT_PROPOSED: readonly ProposalEntry<typeof EPT_SWITCHES>[] = [
  {
    name: 'ept-special-v1',
    base: 'ept-4.14.0',
    releases: { product: '', ranges: [], remark: 'never committed: posted July 2020 on b6a907f8c8' },
    changes: [by('"x86/hvm: set \'ipat\' in EPT for special pages", v1', { specialPages: 'by-first-frame' })],
    summary: 'The special-page patch as first posted: the first MFN decides for a whole superpage.',
  },
];

const EPT_VARIANTS: readonly ProposalEntry<typeof EPT_SWITCHES>[] = [
  {
    name: 'ept-4.21+no-ipat',
    base: 'ept-4.21',
    releases: { product: '', ranges: [], remark: 'a question on xen-devel, July 2020: ipat beside memory encryption with keys' },
    changes: [by('xen-devel, 2020-07-31', { ipat: false })],
    summary: 'As ept-4.21, but no entry has ipat: the guest PAT is honoured everywhere, on special pages too.',
  },
];

const NPT: readonly VersionEntry<typeof NPT_SWITCHES>[] = [
  {
    name: 'npt',
    releases: xen('4.21 to 4.22'),
    changes: [
      by('c61a6f74f8', {}),
      by('1ca8af08df', {}),
      by(null, { width: 'of-four-levels' }),
      ONLY_FIRST_GRANT,
      ...PINS_2023,
      ...FLUSHES_2025,
    ],
    summary: 'Nested paging: the p2m type alone types an entry, guest PAT is fully effective, guest MTRRs are not.',
  },
];

const SHADOW: readonly VersionEntry<typeof SHADOW_SWITCHES>[] = [
  {
    name: 'shadow-4.14',
    releases: xen('4.14 to 4.16'),
    changes: ['7720401043', 'afa65ddfd8', 'fc5805daef', 'c61a6f74f8', 'f3d880bf2b', '0537d246f8'].map((id) => by(id, {})),
    summary:
      'Shadow paging on VMX: guest MTRRs and PAT do not reach RAM, and MMIO pages with a frame table entry get no cache bits.',
  },
  {
    name: 'shadow-4.18',
    releases: xen('4.18 to 4.20'),
    changes: [ONLY_FIRST_GRANT, by('1d99732f2b', { domIoPassesForSpecial: false }), by('c609108b21', {}), ...PINS_2023],
    summary: 'Shadow paging on VMX with one test of what is MMIO, so that the guest PAT can make any direct MMIO WC.',
  },
];

const FAMILY = { lineage: 'xen-hvm', hasLeaf: true, rules } as const;

export const profiles = [
  ...defineVersions(
    { ...FAMILY, vendor: 'intel', switches: EPT_SWITCHES, origin: EPT_ORIGIN, create: (switches) => new EptDomain(switches) },
    EPT,
    [...EPT_PROPOSED, ...EPT_VARIANTS],
  ),
  ...defineVersions(
    { ...FAMILY, vendor: 'amd', switches: NPT_SWITCHES, origin: ORIGIN, create: (switches) => new NptDomain(switches) },
    NPT,
  ),
  ...defineVersions(
    {
      ...FAMILY,
      vendor: 'intel',
      switches: SHADOW_SWITCHES,
      origin: { ...ORIGIN, domIoPassesForSpecial: true, width: 'of-shadow' },
      create: (switches) => new ShadowDomain(switches),
    },
    SHADOW,
  ),
];
