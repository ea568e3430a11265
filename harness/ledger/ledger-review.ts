/** What a ledger says of findings: which are known and by which entry, and which entries no longer earn their place. */
import type { KnownEntry, Pair } from './known-entry.js';

/** A divergence as far as a ledger looks at it: of a finding, or of a scenario. */
export interface Sighting {
  /** Bucket. */
  readonly id: string;
  readonly lens: string;
  readonly op: string;
  readonly causes: Pair;
  /** Profiles of the edge on which it was seen. */
  readonly sides: Pair;
  readonly outcomes: readonly Pair[];
}

export interface LedgerReview {
  /** By bucket id. */
  readonly known: ReadonlyMap<string, KnownEntry>;
  /** Ids of buckets that no entry explains, in the order of the findings. */
  readonly fresh: readonly string[];
  /** Their scenarios still diverge, but no finding hit them. */
  readonly notHit: readonly KnownEntry[];
  /** Nothing can hit them: their profiles do not exist, or entries before them explain what their scenarios show. */
  readonly unused: readonly KnownEntry[];
  readonly expired: readonly KnownEntry[];
  /** Their scenario no longer shows what they explain. */
  readonly notShown: readonly KnownEntry[];
  /** They explain findings that other rules decided than their scenario's. */
  readonly tooWide: readonly { readonly entry: KnownEntry; readonly buckets: readonly string[] }[];
}

export interface ReviewedRun {
  readonly findings: readonly Sighting[];
  /** The entries that the run could have hit. */
  readonly entries: readonly KnownEntry[];
  /** Entries that no run could hit. */
  readonly unhittable?: readonly KnownEntry[];
  /** A date, 2026-11-21. */
  readonly today: string;
  /** The divergences of an entry's scenario. */
  shownBy(entry: KnownEntry): readonly Sighting[];
}

/** The first entry that covers a finding, in the order of the ledger, explains it. */
export function reviewLedger({ findings, entries, unhittable = [], today, shownBy }: ReviewedRun): LedgerReview {
  const known = new Map<string, KnownEntry>();
  for (const finding of findings) {
    const entry = entries.find((candidate) => covers(candidate, finding));
    if (entry !== undefined) known.set(finding.id, entry);
  }
  const shown = new Map(entries.map((entry) => [entry, shownBy(entry).filter((sighting) => covers(entry, sighting))]));
  const hit = new Set(known.values());
  const isShown = (entry: KnownEntry) => (shown.get(entry) ?? []).length > 0;
  const isBehindOthers = (entry: KnownEntry, index: number) =>
    isShown(entry) &&
    !hit.has(entry) &&
    (shown.get(entry) ?? []).every((sighting) => entries.slice(0, index).some((other) => covers(other, sighting)));
  const behindOthers = entries.filter(isBehindOthers);
  return {
    known,
    fresh: findings.filter(({ id }) => !known.has(id)).map(({ id }) => id),
    notHit: entries.filter((entry) => !hit.has(entry) && isShown(entry) && !behindOthers.includes(entry)),
    unused: [...unhittable, ...behindOthers],
    expired: entries.filter(({ expires }) => expires !== undefined && expires < today),
    notShown: entries.filter((entry) => !isShown(entry)),
    tooWide: entries.flatMap((entry) => {
      const own = new Set(shown.get(entry)?.map(({ causes }) => causes.join(' ')));
      const others = findings.filter(({ id, causes }) => known.get(id) === entry && own.size > 0 && !own.has(causes.join(' ')));
      const causes = new Set(others.map((finding) => finding.causes.join(' ')));
      return causes.size === 0 ? [] : [{ entry, buckets: others.map(({ id }) => id) }];
    }),
  };
}

/** Entries that `--strict` fails on: one that a short run did not hit is none of them, as long as its scenario shows it. */
export function isStale({ unused, expired, notShown, tooWide }: LedgerReview): boolean {
  return unused.length + expired.length + notShown.length + tooWide.length > 0;
}

/** Does the entry explain this? */
export function covers({ scope }: KnownEntry, { lens, op, causes, sides, outcomes }: Sighting): boolean {
  return (
    scope.lens === lens &&
    scope.op === op &&
    causes.every((cause, side) => fitsPattern(scope.rules[side], cause)) &&
    scope.profiles.some((pair) => same(pair, sides)) &&
    outcomes.every((outcome) => scope.outcomes.some((pair) => same(pair, outcome)))
  );
}

const same = (a: Pair, b: Pair) => a[0] === b[0] && a[1] === b[1];

function fitsPattern(pattern: string, text: string): boolean {
  if (!pattern.includes('*')) return pattern === text;
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}
