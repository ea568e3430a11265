/** Which buckets of a run are known, by which entry of the ledger, and what is wrong with the ledger: as reports say it. */
import type { Finding } from '../finding/finding.js';
import { freshIn, type Judgement } from '../ledger/gate.js';
import type { KnownEntry } from '../ledger/entry.js';
import { type MovedAnswer, movedText } from '../ledger/pinned.js';
import { visible } from '../operations/visible.js';
import { plural } from './plural.js';
import { wrapped } from './wrapped.js';

/** As it stands in the summary of a bucket. */
export interface KnownBy {
  readonly entry: string;
  readonly reason: string;
  /** A person looked at it and gave the reason; else a command recorded it. */
  readonly reviewed: boolean;
  readonly severity?: string;
}

export interface Acquaintance {
  /** Folders of the ledger; none: without one. */
  readonly ledgers: readonly string[];
  /** By bucket id. */
  readonly known: ReadonlyMap<string, KnownBy>;
  /** Buckets that stand as the baseline has them. */
  readonly baseline: ReadonlySet<string>;
  /** Buckets that ledger or baseline know otherwise. */
  readonly changed: readonly string[];
  /** Buckets that neither knows. */
  readonly fresh: readonly string[];
  /** Ids of entries. */
  readonly notHit: readonly string[];
  readonly unused: readonly string[];
  readonly expired: readonly string[];
  /** That the run hit and nobody has reviewed. */
  readonly unreviewed: readonly string[];
  /** Answers that the ledger pins and that are given no more. */
  readonly moved: readonly MovedAnswer[];
}

export function acquaintanceOf(judgement: Judgement, ledgers: readonly string[]): Acquaintance {
  const { review, inBaseline, unlikeBaseline } = judgement;
  const ids = (entries: readonly KnownEntry[]) => entries.map(({ id }) => id);
  return {
    ledgers,
    known: new Map([...review.known].map(([id, entry]) => [id, knownBy(entry)])),
    baseline: inBaseline,
    changed: [...new Set([...review.changed, ...unlikeBaseline])],
    fresh: freshIn(judgement),
    notHit: ids(review.notHit),
    unused: ids(review.unused),
    expired: ids(review.expired),
    unreviewed: ids(review.unreviewed),
    moved: review.moved,
  };
}

function knownBy({ id, reason, severity, reviewed }: KnownEntry): KnownBy {
  return { entry: id, reason, reviewed: reviewed !== undefined, ...(severity === undefined ? {} : { severity }) };
}

/** Where a run was judged by neither ledger nor baseline, every bucket is new. */
export function freshOf(findings: readonly Finding[], acquaintance: Acquaintance | null | undefined): readonly Finding[] {
  if (!acquaintance) return findings;
  const fresh = new Set(acquaintance.fresh);
  return findings.filter(({ bucket }) => fresh.has(bucket.id));
}

/** Of summary.json: counts, and what needs maintenance. */
export function acquaintanceJson(acquaintance: Acquaintance): Record<string, unknown> {
  const { known, baseline, changed, fresh, notHit, unused, expired, unreviewed, moved } = acquaintance;
  const notShown = [...new Set(moved.map(({ bucket }) => bucket))];
  const counts = { new: fresh.length, known: known.size, inBaseline: baseline.size };
  return { ...counts, changed, notHit, unused, expired, unreviewed, notShown, moved };
}

/** Moved answers that are named; the summary has all. */
const MOST_MOVED = 6;

/** Heads what a terminal shows: what the ledger pins and what is so no more. */
export function movedLines({ moved }: Pick<Acquaintance, 'moved'>, width: number): string[] {
  if (moved.length === 0) return [];
  const buckets = new Set(moved.map(({ bucket }) => bucket)).size;
  const profiles = [...new Set(moved.map(({ profile }) => profile))];
  const head = `CHANGED: ${plural(buckets, 'known divergence')} no longer ${buckets === 1 ? 'reproduces' : 'reproduce'}; ${profiles.join(', ')} moved`;
  const named = moved.slice(0, MOST_MOVED).map(movedText);
  const more = moved.length > MOST_MOVED ? [`... and ${plural(moved.length - MOST_MOVED, 'more answer')}`] : [];
  return [head, ...[...named, ...more].map((line) => `  ${line}`)].flatMap((line) => wrapped(visible(line), width, '', '    '));
}

/** For a terminal. */
export function acquaintanceLines(acquaintance: Acquaintance, width: number): string[] {
  const { ledgers, known, baseline, changed, notHit, unused, expired, unreviewed } = acquaintance;
  const where = ledgers.length === 0 ? '' : ` (${ledgers.join(', ')})`;
  const entries = new Set([...known.values()].map(({ entry }) => entry));
  return [
    ...(ledgers.length === 0 ? [] : wrapped(visible(`${plural(known.size, 'known bucket')}${where}`), width, '', '  ')),
    ...(unreviewed.length === 0
      ? []
      : wrapped(
          `${unreviewed.length} of the ${plural(entries.size, 'known cause')} recorded by a command, reviewed by nobody`,
          width,
          '',
          '  ',
        )),
    ...(baseline.size + changed.length === 0
      ? []
      : [`${baseline.size} as in the baseline, ${changed.length} changed (other answers, profiles or rules)`]),
    ...(notHit.length === 0
      ? []
      : [`${plural(notHit.length, 'known cause')} did not come up; the stored scenarios still reproduce`]),
    ...namedLines('known causes that nothing can hit', unused, width),
    ...namedLines('known causes that expired', expired, width),
  ];
}

function namedLines(what: string, ids: readonly string[], width: number): string[] {
  if (ids.length === 0) return [];
  return wrapped(
    visible(`LEDGER ${what}: ${ids.length} (${ids.slice(0, 6).join(', ')}${ids.length > 6 ? ', ...' : ''})`),
    width,
    '',
    '  ',
  );
}
