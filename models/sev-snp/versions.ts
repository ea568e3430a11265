/** SEV-SNP as RFC v8 and its thread proposed it and as Linux 6.11 merged it, and the variants that show the hazards. */
import { by, defineVersions, type ProposalEntry, type VersionEntry } from '../contract/define-versions.js';
import { type Releases, releases, unmerged } from '../contract/release.js';
import { statedInvariants } from './invariants.js';
import { SevSnp } from './model.js';
import { rules } from './rules.js';
import { SWITCHES, type Switches } from './switches.js';

/** RFC v8 as posted in February 2023. */
const RFC_V8: Switches = {
  rmpUpdate: 'after-unlock',
  directMap: 'with-update',
  freeHook: 'by-attribute',
  zapsBeforeStores: false,
  returnsEarlyWhenEqual: false,
  prechecksStaleness: false,
  slotBeforeAttribute: true,
  rmpHandlerLooksUp: false,
  headTailAdd: false,
  skipZap: false,
  noInvalidation: false,
  secondUpdateFails: false,
  directMapRestoreBug: false,
  updateOnSharedFault: false,
};

const THREAD: Releases = { product: '', ranges: [], remark: 'proposal in the thread on RFC v8 02/56, March 2023; never a release' };
/** Of all answers to RFC v8: the hook on freed pages asks the RMP. */
const asksTheRmp = by<Switches>('thread on RFC v8 02/56', { freeHook: 'by-rmp' });

/** Commits by subject where no source that was read gives their ids. */
const DESIGNS: readonly VersionEntry<typeof SWITCHES>[] = [
  {
    name: 'rfc-v8',
    releases: { product: '', ranges: [], remark: 'KVM SNP RFC v8, February 2023; never a release' },
    changes: [],
    summary: 'SNP as posted in RFC v8: a conversion updates RMP and direct map in a hook after mmu_lock was dropped.',
  },
  {
    name: 'in-lock',
    base: 'rfc-v8',
    releases: THREAD,
    // The vendor callback at the end of kvm_arch_set_memory_attributes().
    changes: [asksTheRmp, by('I. Yamahata, thread on RFC v8 02/56', { rmpUpdate: 'under-lock' })],
    summary: 'A conversion updates RMP and direct map in a vendor callback under mmu_lock.',
  },
  {
    name: 'deferred',
    base: 'rfc-v8',
    releases: THREAD,
    changes: [asksTheRmp, by('Z. Wang, thread on RFC v8 02/56', { rmpUpdate: 'at-fault' })],
    summary: 'A conversion leaves the RMP alone; the fault that first needs the page updates it.',
  },
  {
    name: 'pre-post',
    base: 'rfc-v8',
    releases: THREAD,
    changes: [asksTheRmp, by('M. Roth, thread on RFC v8 02/56', { rmpUpdate: 'under-lock', directMap: 'around-lock' })],
    summary: 'A conversion updates the RMP under mmu_lock and the direct map in hooks before and after.',
  },
  {
    name: '6.11',
    base: 'rfc-v8',
    releases: releases('Linux', '6.11 to 6.14'),
    changes: [
      by('KVM: Introduce per-page memory attributes', { zapsBeforeStores: true, returnsEarlyWhenEqual: true }),
      by('KVM: x86/mmu: Handle page fault for private memory', { slotBeforeAttribute: false }),
      // In the 6.8 cycle.
      by(null, { prechecksStaleness: true }),
      by('KVM: SEV: Implement gmem hook for initializing private pages', { rmpUpdate: 'at-fault', directMap: 'split-only' }),
      by('KVM: SEV: Implement gmem hook for invalidating private pages', { freeHook: 'by-rmp' }),
      by('KVM: SEV: Add support to handle RMP nested page faults', { rmpHandlerLooksUp: true }),
    ],
    summary:
      'SNP as merged: zap before store, RMP updated at fault time and when the page is freed, direct map split and never unmapped.',
  },
];

interface Variant {
  readonly suffix: string;
  readonly by: string;
  readonly switches: Partial<Switches>;
  readonly summary: string;
  /** The designs that have the code in question; absent: all. */
  readonly designs?: readonly string[];
}

const QUESTION = 'thread on RFC v8 02/56, a question';

const VARIANTS: readonly Variant[] = [
  {
    suffix: 'skip-zap',
    by: QUESTION,
    switches: { skipZap: true },
    summary: 'A conversion flushes the TLBs and leaves the mappings.',
  },
  {
    suffix: 'no-invalidation',
    by: QUESTION,
    switches: { noInvalidation: true },
    summary: 'No invalidation is announced to the faults that run meanwhile.',
  },
  {
    suffix: 'head-tail',
    by: '9129633d568e',
    switches: { headTailAdd: true },
    summary: 'Neighbours in the huge-page blocks at both ends of a conversion retry while it runs (commit 9129633d568e).',
    designs: ['6.11'],
  },
  {
    suffix: 'update-fails',
    by: 'planted',
    switches: { secondUpdateFails: true },
    summary: 'RMPUPDATE fails on the second page of each conversion to private.',
    designs: ['rfc-v8', 'in-lock', 'pre-post'],
  },
  {
    suffix: 'dm-restore-bug',
    by: 'RFC v8 15/56 as posted',
    switches: { directMapRestoreBug: true },
    summary: 'The helper that takes pages out of the direct map puts them back (RFC v8 15/56 as posted).',
    designs: ['rfc-v8'],
  },
  {
    suffix: 'update-on-shared-fault',
    by: QUESTION,
    switches: { updateOnSharedFault: true },
    summary: 'A fault of a shared access takes the private page of the frame out of the RMP.',
    designs: ['deferred'],
  },
];

function variantOf(design: VersionEntry<typeof SWITCHES>, variant: Variant): ProposalEntry<typeof SWITCHES> {
  return {
    name: `${design.name}+${variant.suffix}`,
    base: design.name,
    releases: unmerged(`a variant of sev-snp/${design.name}`),
    changes: [by(variant.by, variant.switches)],
    summary: `${design.summary} Variant: ${variant.summary}`,
  };
}

const PROPOSED = VARIANTS.flatMap((variant) =>
  DESIGNS.filter(({ name }) => variant.designs?.includes(name) ?? true).map((design) => variantOf(design, variant)),
);

export const profiles = defineVersions(
  {
    lineage: 'sev-snp',
    vendor: 'amd',
    hasLeaf: true,
    rules,
    invariants: statedInvariants,
    switches: SWITCHES,
    origin: RFC_V8,
    create: (switches) => new SevSnp(switches),
  },
  DESIGNS,
  PROPOSED,
);
