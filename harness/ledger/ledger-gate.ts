/** What of a campaign is new: judged by the ledger of known divergences and by a baseline of stored findings. */
import { existsSync } from 'node:fs';
import type { CampaignResult } from '../campaign.js';
import type { LensName } from '../compare/lens.js';
import type { Edge, Panel } from '../compare/panel.js';
import type { KnownEntry, Scope } from './known-entry.js';
import { readLedger } from './ledger.js';
import { isStale, type LedgerReview, reviewLedger } from './ledger-review.js';
import { sightingOf } from './sighting.js';
import type { Acquaintance } from '../report/acquaintance.js';
import { PROFILES } from '../../models/registry.js';
import { Baseline } from './baseline.js';
import { type Answering, sightingsOf } from './ledger-sightings.js';
import { corpusFolder } from '../cli/package-folder.js';
import type { Settings } from '../cli/options/settings.js';

export interface Verdict {
  /** Null where neither ledger nor baseline has a say. */
  readonly acquaintance: Acquaintance | null;
  /** What is new is what matters: a ledger or a baseline was asked for, or the package's ledger is made for this panel. */
  readonly gatesNew: boolean;
  readonly isStale: boolean;
}

/** Read before the campaign, so that a mistake costs none. */
export class LedgerGate {
  private constructor(
    private readonly folder: string | null,
    private readonly entries: readonly KnownEntry[],
    private readonly baseline: Baseline | null,
    /** By `--ledger` or `--baseline`. */
    private readonly isAsked: boolean,
  ) {}

  /** @throws {UsageError} */
  static open(found: Settings): LedgerGate {
    const folder = found.has('no-ledger') ? null : (found.text('ledger') ?? corpusFolder('known-divergences'));
    const stored = found.text('baseline');
    const isThere = folder !== null && (found.text('ledger') !== undefined || existsSync(folder));
    return new LedgerGate(
      folder,
      isThere ? readLedger(folder).flatMap(({ entries }) => entries) : [],
      stored === undefined ? null : Baseline.read(stored),
      stored !== undefined || found.text('ledger') !== undefined,
    );
  }

  /** @param today a date, 2026-11-21: what entries expire by */
  async judge({ findings, panel }: CampaignResult, answering: Answering, today: string): Promise<Verdict> {
    const { lenses } = answering;
    const entries = this.entries.filter((entry) => concerns(entry, panel, lenses));
    const unhittable = this.entries.filter(namesNobody(panel));
    const gatesNew = this.isAsked || isMadeFor(entries, panel, lenses);
    if (entries.length === 0 && !gatesNew) return { acquaintance: null, gatesNew: false, isStale: false };
    const shown = await sightingsOf(entries, answering);
    const shownBy = (entry: KnownEntry) => shown.get(entry) ?? [];
    const review = reviewLedger({ findings: findings.map(sightingOf), entries, unhittable, today, shownBy });
    const ids = findings.map(({ bucket }) => bucket.id);
    const acquaintance = acquaintanceOf(review, await this.comparedWithBaseline(ids), this.folder);
    return { acquaintance, gatesNew, isStale: isStale(review) };
  }

  /** Which buckets stand as the baseline has them, and which of its buckets do not. */
  private async comparedWithBaseline(ids: readonly string[]): Promise<{ old: ReadonlySet<string>; changed: readonly string[] }> {
    const { baseline } = this;
    const old = new Set<string>();
    const stored = baseline === null ? [] : ids.filter((id) => baseline.has(id));
    for (const id of stored) if (await baseline?.standsAsStored(id, PROFILES)) old.add(id);
    return { old, changed: stored.filter((id) => !old.has(id)) };
  }
}

function acquaintanceOf(
  review: LedgerReview,
  { old, changed }: { readonly old: ReadonlySet<string>; readonly changed: readonly string[] },
  folder: string | null,
): Acquaintance {
  const ids = (entries: readonly KnownEntry[]) => entries.map(({ id }) => id);
  return {
    ledger: folder,
    known: new Map(
      [...review.known].map(([id, entry]) => [
        id,
        { entry: entry.id, reason: entry.reason, ...(entry.severity === undefined ? {} : { severity: entry.severity }) },
      ]),
    ),
    baseline: old,
    changed,
    fresh: review.fresh.filter((id) => !old.has(id)),
    notHit: ids(review.notHit),
    unused: ids(review.unused),
    expired: ids(review.expired),
    notShown: ids(review.notShown),
    tooWide: review.tooWide.map(({ entry, buckets }) => ({ entry: entry.id, buckets })),
  };
}

/** Could a run of this panel in these lenses hit the entry? */
function concerns({ scope }: KnownEntry, panel: Panel, lenses: readonly LensName[]): boolean {
  const isLooked = scope.lens === 'invariant' || lenses.includes(scope.lens);
  return isLooked && panel.edges.some((edge) => isOnEdge(scope, edge, panel));
}

/** Is none of its pairs of profiles one that exists, here or on this panel? No run of any panel can hit such an entry. */
function namesNobody({ seats }: Panel): (entry: KnownEntry) => boolean {
  const names = new Set([...PROFILES, ...seats].map(({ name }) => name));
  return ({ scope }) => !scope.profiles.some((pair) => pair.every((name) => names.has(name)));
}

/**
 * Somebody looked at what this panel shows: each of its edges has entries, and each of its lenses has some, though not on every edge (two
 * profiles may never diverge in one). Nobody looked at an outside model, whatever its name is.
 */
function isMadeFor(entries: readonly KnownEntry[], panel: Panel, lenses: readonly LensName[]): boolean {
  return (
    entries.length > 0 &&
    panel.seats.every(({ claims }) => claims === undefined) &&
    panel.edges.every((edge) => entries.some(({ scope }) => isOnEdge(scope, edge, panel))) &&
    lenses.every((lens) => entries.some(({ scope }) => scope.lens === lens))
  );
}

function isOnEdge({ profiles }: Scope, { reference, seat }: Edge, { seats }: Panel): boolean {
  return profiles.some(([expected, got]) => seats[reference].name === expected && seats[seat].name === got);
}

/** What entries expire by: a date, 2026-11-21, in UTC, so that all shards of a night agree. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
