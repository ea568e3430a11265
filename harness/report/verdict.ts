/** What came of a run, in a sentence: the first line of every report. */
import { SEVERITIES, type Severity } from '../classify/severity.js';
import type { Standing } from '../finding/cause.js';
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
}

/** Of a stored run. */
export function reportVerdict({ causes, ledger, interrupted }: RunReport): string {
  const weighed = causes.map(({ standing, severity, buckets }) => ({
    standing,
    severity,
    buckets: buckets.length,
    news: buckets.filter((bucket) => bucket.standing !== 'known').length,
  }));
  return verdictText({ causes: weighed, isJudged: ledger !== null, isInterrupted: interrupted });
}

/** `3 new causes of divergence (12 buckets), the worst machine-check; 57 known causes.` */
export function verdictText({ causes, isJudged, isInterrupted }: VerdictFacts): string {
  const until = isInterrupted ? ' Interrupted: this is what was found until then.' : '';
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
  readonly moved: readonly { readonly profile: string }[];
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
