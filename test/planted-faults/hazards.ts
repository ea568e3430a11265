/**
 * Hazards of private memory that the record names, as a campaign has to find them: the profile or variant that has each, and the few
 * steps that it comes down to. Source: the thread on "[PATCH RFC v8 02/56] KVM: x86: Add 'update_mem_attr' x86 op" (March 2023) and
 * commit 9129633d568e.
 */
import type { HazardClass } from '../../harness/classify/hazard-class.js';

export interface Hazard {
  /** What goes wrong, for the title of the test. */
  readonly name: string;
  /** What the campaign runs: one profile judged by its invariants, or two compared. */
  readonly profiles: readonly string[];
  readonly seed: string;
  /** A campaign finds it before it has run as many cases. */
  readonly within: number;
  readonly bucket: string;
  readonly hazard: HazardClass;
  /** Beside `privateMemory`. */
  readonly machine?: object;
  readonly steps: readonly object[];
}

const convert = (to: 'private' | 'shared', pauseAfter?: string) => ({
  op: 'set-attributes',
  gfn: '0x0',
  pages: '0x1',
  to,
  ...(pauseAfter === undefined ? {} : { pauseAfter }),
});
const access = (more: object = {}) => ({ op: 'access', vcpu: 0, gfn: '0x0', kind: 'read', pat: 0, ...more });
const PRIVATE = { private: true };
const PUNCH = { op: 'punch-hole', gfn: '0x0', pages: '0x1' };
const RESUME = { op: 'resume-attributes' };
const HUGE = { regions: [{ gfn: '0x0', pages: '0x200', backing: 'ram', level: '2M' }] };

export const HAZARDS: readonly Hazard[] = [
  {
    name: 'H1: a private access between unlock and RMPUPDATE maps and then loops until the update reaches it',
    profiles: ['sev-snp/6.11', 'sev-snp/rfc-v8'],
    seed: 'hazards',
    within: 300,
    bucket: 'private-access~sev-snp.not-validated~sev-snp.rmp-fault-until-converted',
    hazard: 'transient-livelock',
    steps: [convert('private', 'invalidate-end'), access(PRIVATE)],
  },
  {
    name: 'H1 by a write: the fast path calls it spurious until the update reaches it',
    profiles: ['sev-snp/6.11', 'sev-snp/rfc-v8'],
    seed: 'hazards',
    within: 300,
    bucket: 'private-access~sev-snp.not-validated~sev-snp.spurious-until-converted',
    hazard: 'transient-livelock',
    steps: [convert('private', 'invalidate-end'), access({ kind: 'write', ...PRIVATE })],
  },
  {
    name: 'H3: without the invalidation a fault that looked before the conversion installs its stale leaf after it',
    profiles: ['sev-snp/6.11+no-invalidation'],
    seed: 'h3-2',
    within: 60,
    bucket: 'invariant-resume-access~I12~sev-snp.stale-leaf-serves',
    hazard: 'unsafe-guest',
    steps: [access({ pauseAfter: 'check' }), convert('private'), { op: 'resume-access', vcpu: 0 }],
  },
  {
    name: 'H3 in a software-protected VM',
    profiles: ['sw-protected/6.8+no-invalidation'],
    seed: 'h3-2',
    within: 120,
    bucket: 'invariant-resume-access~I12~sw-protected.served-shared',
    hazard: 'unsafe-guest',
    steps: [access({ pauseAfter: 'check' }), convert('private'), { op: 'resume-access', vcpu: 0 }],
  },
  {
    name: 'H4: without the zap the guest goes on with its old private page, without a fault',
    profiles: ['sev-snp/6.11+skip-zap'],
    seed: 'h4-0',
    within: 60,
    bucket: 'invariant-access~I12~sev-snp.ciphertext-read',
    hazard: 'unsafe-guest',
    steps: [convert('private'), access(PRIVATE), convert('shared'), access()],
  },
  {
    name: 'H4: without the zap a write over the old leaf is spurious for ever',
    profiles: ['sev-snp/6.11+skip-zap'],
    seed: 'h4-0',
    within: 60,
    bucket: 'invariant-access~I5~sev-snp.spurious-fast-path',
    hazard: 'livelock',
    steps: [access(), convert('private'), access({ kind: 'write', ...PRIVATE })],
  },
  {
    name: 'H6: a punch between store and RMPUPDATE goes by the attribute and frees an assigned page',
    profiles: ['sev-snp/rfc-v8'],
    seed: 'hazards',
    within: 100,
    bucket: 'invariant-punch-hole~I7~sev-snp.freed-while-assigned',
    hazard: 'unsafe-host',
    steps: [convert('private'), convert('shared', 'store'), PUNCH],
  },
  {
    name: 'H7: the page that replaces a punched one is assigned by nobody',
    profiles: ['sev-snp/rfc-v8'],
    seed: 'hazards',
    within: 100,
    bucket: 'invariant-access~I5~sev-snp.rfc-rmp-fault-unresolved',
    hazard: 'livelock',
    steps: [convert('private'), PUNCH, access({ kind: 'execute' })],
  },
  {
    name: 'H10: a redundant conversion to private takes the validation from a page in use',
    profiles: ['sev-snp/rfc-v8'],
    seed: 'hazards',
    within: 100,
    bucket: 'invariant-set-attributes~I11~sev-snp.update-after-unlock',
    hazard: 'unsafe-guest',
    steps: [convert('private'), access(PRIVATE), convert('private')],
  },
  {
    name: 'H12: a shared fault that passed its check takes the page of a private one out of the RMP',
    profiles: ['sev-snp/deferred+update-on-shared-fault'],
    seed: 'h12-61',
    within: 100,
    bucket: 'invariant-resume-access~I11~sev-snp.stale-under-lock',
    hazard: 'unsafe-guest',
    machine: { vcpus: 2 },
    steps: [
      access({ vcpu: 0, pauseAfter: 'check' }),
      convert('private'),
      access({ vcpu: 1, ...PRIVATE }),
      { op: 'resume-access', vcpu: 0 },
    ],
  },
  {
    name: 'H13: the page that replaces one punched between the hooks is not the one that the hooks update',
    profiles: ['sev-snp/pre-post'],
    seed: 'h13-0',
    within: 60,
    bucket: 'invariant-resume-attributes~I3~sev-snp.update-between-hooks',
    hazard: 'livelock',
    steps: [convert('private', 'invalidate-end'), PUNCH, access(PRIVATE), RESUME],
  },
  ...(['sev-snp/6.11', 'sw-protected/6.8', 'tdx/6.16+no-head-tail'] as const).map(
    (profile): Hazard => ({
      name: `H14: a fault on a neighbour maps a huge page over a frame in conversion, ${profile}`,
      profiles: [profile],
      seed: profile === 'sw-protected/6.8' ? 'h14-7' : 'h14-1',
      within: 120,
      bucket: `invariant-access~I1~${profile.split('/')[0]}.served-shared`,
      hazard: 'unsafe-guest',
      machine: HUGE,
      steps: [{ ...convert('private', 'store'), gfn: '0x1' }, access()],
    }),
  ),
];
