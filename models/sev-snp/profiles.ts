/** SEV-SNP as RFC v8 and its thread proposed it and as Linux 6.11 merged it, and the variants that show the hazards. */
import type { Profile } from '../contract/model.js';
import { type Configuration, DEFERRED, IN_LOCK, MERGED, PRE_POST, RFC_V8 } from './configuration.js';
import { statedInvariants } from './invariants.js';
import { rules } from './rules.js';
import { SevSnp } from './sev-snp.js';

interface Design {
  readonly name: string;
  readonly span: string;
  readonly commits: readonly string[];
  readonly summary: string;
  readonly config: Configuration;
}

const THREAD = 'proposal in the thread on RFC v8 02/56, March 2023; never a release';

const DESIGNS: readonly Design[] = [
  {
    name: 'sev-snp/rfc-v8',
    span: 'KVM SNP RFC v8, February 2023; never a release',
    commits: [],
    summary: 'SNP as posted in RFC v8: a conversion updates RMP and direct map in a hook after mmu_lock was dropped.',
    config: RFC_V8,
  },
  {
    name: 'sev-snp/in-lock',
    span: THREAD,
    commits: [],
    summary: 'A conversion updates RMP and direct map in a vendor callback under mmu_lock.',
    config: IN_LOCK,
  },
  {
    name: 'sev-snp/deferred',
    span: THREAD,
    commits: [],
    summary: 'A conversion leaves the RMP alone; the fault that first needs the page updates it.',
    config: DEFERRED,
  },
  {
    name: 'sev-snp/pre-post',
    span: THREAD,
    commits: [],
    summary: 'A conversion updates the RMP under mmu_lock and the direct map in hooks before and after.',
    config: PRE_POST,
  },
  {
    name: 'sev-snp/6.11',
    span: 'Linux 6.11 to 6.14',
    commits: [],
    summary:
      'SNP as merged: zap before store, RMP updated at fault time and when the page is freed, direct map split and never unmapped.',
    config: MERGED,
  },
];

interface Variant {
  readonly suffix: string;
  readonly summary: string;
  readonly change: Partial<Configuration>;
  /** The designs that have the code in question. */
  readonly designs: readonly string[];
}

const ALL = DESIGNS.map((design) => design.name);

const VARIANTS: readonly Variant[] = [
  {
    suffix: '+skip-zap',
    summary: 'A conversion flushes the TLBs and leaves the mappings.',
    change: { skipZap: true },
    designs: ALL,
  },
  {
    suffix: '+no-invalidation',
    summary: 'No invalidation is announced to the faults that run meanwhile.',
    change: { noInvalidation: true },
    designs: ALL,
  },
  {
    suffix: '+head-tail',
    summary: 'Neighbours in the huge-page blocks at both ends of a conversion retry while it runs (commit 9129633d568e).',
    change: { headTailAdd: true },
    designs: ['sev-snp/6.11'],
  },
  {
    suffix: '+update-fails',
    summary: 'RMPUPDATE fails on the second page of each conversion to private.',
    change: { secondUpdateFails: true },
    designs: ['sev-snp/rfc-v8', 'sev-snp/in-lock', 'sev-snp/pre-post'],
  },
  {
    suffix: '+dm-restore-bug',
    summary: 'The helper that takes pages out of the direct map puts them back (RFC v8 15/56 as posted).',
    change: { directMapRestoreBug: true },
    designs: ['sev-snp/rfc-v8'],
  },
  {
    suffix: '+update-on-shared-fault',
    summary: 'A fault of a shared access takes the private page of the frame out of the RMP.',
    change: { updateOnSharedFault: true },
    designs: ['sev-snp/deferred'],
  },
];

const profileOf = (design: Design): Profile => ({
  name: design.name,
  lineage: 'sev-snp',
  vendor: 'amd',
  span: design.span,
  commits: design.commits,
  summary: design.summary,
  hasLeaf: true,
  rules,
  invariants: statedInvariants(design.config),
  create: () => new SevSnp(design.config),
});

const variantOf = (design: Design, variant: Variant): Design => ({
  ...design,
  name: design.name + variant.suffix,
  commits: variant.suffix === '+head-tail' ? [...design.commits, '9129633d568e'] : design.commits,
  summary: `${design.summary} Variant: ${variant.summary}`,
  config: { ...design.config, ...variant.change },
});

const variants = VARIANTS.flatMap((variant) =>
  DESIGNS.filter((design) => variant.designs.includes(design.name)).map((design) => variantOf(design, variant)),
);

export const profiles: readonly Profile[] = [...DESIGNS, ...variants].map(profileOf);
