/** What a ledger says of findings: which are known and by which entry, and which entries no longer earn their place. */
import type { KnownBucket, KnownEntry } from './entry.js';
import type { MovedAnswer } from './pinned.js';
import type { Sighting } from './sighting.js';

export interface LedgerReview {
  /** By bucket id. */
  readonly known: ReadonlyMap<string, KnownEntry>;
  /** Ids of buckets that no entry explains, in the order of the findings. */
  readonly fresh: readonly string[];
  /** Ids of buckets whose entry pins answers that are given no more. */
  readonly changed: readonly string[];
  /** No finding hit them; their scenarios still show what they explain. */
  readonly notHit: readonly KnownEntry[];
  /** Nothing can hit them: their profiles do not exist. */
  readonly unused: readonly KnownEntry[];
  readonly expired: readonly KnownEntry[];
  /** Entries that findings hit and that nobody has reviewed. */
  readonly unreviewed: readonly KnownEntry[];
  readonly moved: readonly MovedAnswer[];
}

export interface ReviewedRun {
  readonly findings: readonly Sighting[];
  /** The entries that the run could have hit. */
  readonly entries: readonly KnownEntry[];
  /** Entries that no run could hit. */
  readonly unhittable?: readonly KnownEntry[];
  /** A date, 2026-11-21. */
  readonly today: string;
  readonly moved: readonly MovedAnswer[];
}

/** The first entry that covers a finding, in the order of the ledger, explains it. */
export function reviewLedger({ findings, entries, unhittable = [], today, moved }: ReviewedRun): LedgerReview {
  const known = new Map<string, KnownEntry>();
  for (const finding of findings) {
    const entry = entries.find(({ buckets }) => buckets.some((bucket) => covers(bucket, finding)));
    if (entry !== undefined) known.set(finding.id, entry);
  }
  const hit = new Set(known.values());
  const movedBuckets = new Set(moved.map(({ bucket }) => bucket));
  const movedEntries = new Set(moved.map(({ entry }) => entry));
  return {
    known,
    fresh: findings.filter(({ id }) => !known.has(id)).map(({ id }) => id),
    changed: [...known.keys()].filter((id) => movedBuckets.has(id)),
    notHit: entries.filter((entry) => !hit.has(entry) && !movedEntries.has(entry.id)),
    unused: unhittable,
    expired: entries.filter(({ expires }) => expires !== undefined && expires < today),
    unreviewed: entries.filter((entry) => hit.has(entry) && entry.reviewed === undefined),
    moved,
  };
}

/** Entries that `--strict` fails on: one that a short run did not hit is none of them. */
export function isStale({ unused, expired, moved }: LedgerReview): boolean {
  return unused.length + expired.length + moved.length > 0;
}

/** Does the entry know this: these rules between these profiles, and no other answers than those it has? */
export function covers(bucket: KnownBucket, { lens, op, causes, sides, outcomes }: Sighting): boolean {
  return (
    bucket.lens === lens &&
    bucket.op === op &&
    same(bucket.rules, causes) &&
    bucket.profiles.some((pair) => same(pair, sides)) &&
    outcomes.every((outcome) => bucket.outcomes.includes(outcome))
  );
}

const same = (a: readonly string[], b: readonly string[]) => a[0] === b[0] && a[1] === b[1];
