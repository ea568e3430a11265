/** What came of a run, in a sentence: the first line of every report. */
import { SEVERITIES, type Severity } from '../classify/severity.js';
import type { Standing } from '../finding/cause.js';
import { type MovedAnswer, movedText } from '../ledger/pinned.js';
import { plural } from './plural.js';
import type { RunReport } from './run-report.js';

interface Weighed {
  readonly standing: Standing;
  readonly severity: Severity;
  /** Its buckets, and those of them that are not known. */
  readonly buckets: number;
  readonly news: number;
}

export interface VerdictFacts {
  readonly causes: readonly Weighed[];
  /** A ledger or a baseline had a say: what is new means something. */
  readonly isJudged: boolean;
  readonly isInterrupted: boolean;
  /** A union without some of the campaign's shards. */
  readonly isIncomplete?: boolean;
}

/** Of a stored run. */
export function reportVerdict({ causes, ledger, interrupted, incomplete }: RunReport): string {
  const weighed = causes.map(({ standing, severity, buckets }) => ({
    standing,
    severity,
    buckets: buckets.length,
    news: buckets.filter((bucket) => bucket.standing !== 'known').length,
  }));
  return verdictText({ causes: weighed, isJudged: ledger !== null, isInterrupted: interrupted, isIncomplete: incomplete });
}

/** `3 new causes of divergence (12 buckets), the worst machine-check; 57 known causes.` */
export function verdictText({ causes, isJudged, isInterrupted, isIncomplete = false }: VerdictFacts): string {
  const until = isIncomplete
    ? ' Incomplete: cases of the campaign are missing.'
    : isInterrupted
      ? ' Interrupted: this is what was found until then.'
      : '';
  if (!isJudged) return `${causes.length === 0 ? 'No divergence' : countText(causes, '')}.${until}`;
  const of = (standing: Standing) => causes.filter((cause) => cause.standing === standing);
  const [fresh, changed, known] = [of('new'), of('changed'), of('known')];
  const news = changed.reduce((sum, cause) => sum + cause.news, 0);
  const parts = [
    fresh.length === 0 ? 'No new cause of divergence' : countText(fresh, 'new '),
    ...(changed.length === 0 ? [] : [`${plural(news, 'new or changed bucket')} of ${plural(changed.length, 'known cause')}`]),
    ...(known.length === 0 ? [] : [`${plural(known.length, `${changed.length === 0 ? '' : 'other '}known cause`)}`]),
  ];
  return `${parts.join('; ')}.${until}`;
}

function countText(causes: readonly Weighed[], kind: 'new ' | ''): string {
  const buckets = causes.reduce((sum, cause) => sum + cause.buckets, 0);
  const worst = SEVERITIES.find((severity) => causes.some((cause) => cause.severity === severity)) ?? 'none';
  return `${plural(causes.length, `${kind}cause`)} of divergence (${plural(buckets, 'bucket')}), the worst ${worst}`;
}

/** Entries that are named; the summary has all. */
const MOST_NAMED = 6;

/** What the ledger of a run says of itself. */
export interface LedgerNews {
  /** Ids of known divergences whose stored scenarios no longer show them. */
  readonly notShown: readonly string[];
  readonly moved: readonly MovedAnswer[];
  /** Ids of entries that the run hit and nobody has reviewed. */
  readonly unreviewed: readonly string[];
}

/** Heads every report: what was known and is so no longer. Null where nothing changed. */
export function changedText(ledger: LedgerNews | null): string | null {
  if (ledger === null || ledger.notShown.length === 0) return null;
  const { notShown, moved } = ledger;
  const profiles = [...new Set(moved.map(({ profile }) => profile))];
  const who = profiles.length === 0 ? '' : `; ${profiles.join(', ')} moved`;
  const named = `${notShown.slice(0, MOST_NAMED).join(', ')}${notShown.length > MOST_NAMED ? ', ...' : ''}`;
  return `CHANGED: ${plural(notShown.length, 'known divergence')} no longer ${notShown.length === 1 ? 'reproduces' : 'reproduce'}${who} (${named})`;
}

/** Answers that are told one by one; the summary has all. */
const MOST_MOVED = 20;

/** Who moved, at which step of which known divergence, then and now, with the rules. */
export function movedTexts(ledger: LedgerNews | null): string[] {
  const moved = ledger?.moved ?? [];
  const more = moved.length - MOST_MOVED;
  return [...moved.slice(0, MOST_MOVED).map(movedText), ...(more > 0 ? [`and ${plural(more, 'more answer')}`] : [])];
}

/** Null where a person has looked at all that is known. */
export function unreviewedText(ledger: LedgerNews | null): string | null {
  const count = ledger?.unreviewed.length ?? 0;
  return count === 0 ? null : `${plural(count, 'known cause')} recorded by a command, reviewed by nobody`;
}
