/** Which buckets of a run are known, by which entry of the ledger, and what is wrong with the ledger: as reports say it. */
import type { Finding } from '../finding/finding.js';
import { wrapped } from './terminal/scenario-table.js';

export interface Acquaintance {
  /** Folder of the ledger; null without one. */
  readonly ledger: string | null;
  /** By bucket id. */
  readonly known: ReadonlyMap<string, { readonly entry: string; readonly reason: string; readonly severity?: string }>;
  /** Buckets that stand as the baseline has them. */
  readonly baseline: ReadonlySet<string>;
  /** Buckets that the baseline has, but with other profiles or rules. */
  readonly changed: readonly string[];
  /** Buckets that neither knows. */
  readonly fresh: readonly string[];
  /** Ids of entries. */
  readonly notHit: readonly string[];
  readonly unused: readonly string[];
  readonly expired: readonly string[];
  readonly notShown: readonly string[];
  readonly tooWide: readonly { readonly entry: string; readonly buckets: readonly string[] }[];
}

/** Where a run was judged by neither ledger nor baseline, every bucket is new. */
export function freshOf(findings: readonly Finding[], acquaintance: Acquaintance | null | undefined): readonly Finding[] {
  if (!acquaintance) return findings;
  const fresh = new Set(acquaintance.fresh);
  return findings.filter(({ bucket }) => fresh.has(bucket.id));
}

/** Of summary.json: counts, and the entries that want a look. */
export function acquaintanceJson(acquaintance: Acquaintance): Record<string, unknown> {
  const { known, baseline, changed, fresh, notHit, unused, expired, notShown, tooWide } = acquaintance;
  return { new: fresh.length, known: known.size, inBaseline: baseline.size, changed, notHit, unused, expired, notShown, tooWide };
}

/** For a terminal. */
export function acquaintanceLines(acquaintance: Acquaintance, width: number): string[] {
  const { known, baseline, changed, fresh, notHit, unused, expired, notShown, tooWide } = acquaintance;
  const stored =
    baseline.size + changed.length > 0
      ? `, ${baseline.size} as in the baseline${changed.length > 0 ? ` (${changed.length} not: other profiles or rules)` : ''}`
      : '';
  const named = (what: string, ids: readonly string[]) =>
    ids.length === 0
      ? []
      : wrapped(`LEDGER ${what}: ${ids.length} (${ids.slice(0, 6).join(', ')}${ids.length > 6 ? ', ...' : ''})`, width, '', '  ');
  return [
    `${fresh.length} new; ${known.size} known to the ledger${known.size > 0 ? ' (--no-ledger lists them)' : ''}${stored}`,
    ...(notHit.length === 0
      ? []
      : [`${notHit.length} entries of the ledger were not hit, but their scenarios still show what they explain`]),
    ...named('entries that nothing can hit', unused),
    ...named('entries expired', expired),
    ...named('entries that their own scenario no longer shows', notShown),
    ...named(
      'entries so wide that they hide buckets with other deciding rules',
      tooWide.map(({ entry }) => entry),
    ),
  ];
}
