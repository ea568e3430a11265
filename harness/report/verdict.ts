/** What came of a run, in a sentence: the first line of every report. */
import { SEVERITIES, type Severity } from '../classify/severity.js';
import type { Standing } from '../finding/cause.js';
import { plural } from './plural.js';

interface Weighed {
  readonly standing: Standing;
  readonly severity: Severity;
}

export interface VerdictFacts {
  readonly causes: readonly Weighed[];
  readonly buckets: readonly Weighed[];
  /** A ledger or a baseline had a say: what is new means something. */
  readonly isJudged: boolean;
  readonly isInterrupted: boolean;
}

/** `3 new causes of divergence (12 buckets), the worst machine-check; 57 known causes.` */
export function verdictText({ causes, buckets, isJudged, isInterrupted }: VerdictFacts): string {
  const until = isInterrupted ? ' Interrupted: this is what was found until then.' : '';
  if (!isJudged) {
    const found = causes.length === 0 ? 'No divergence.' : `${countText(causes, buckets, '')}.`;
    return `${found}${until}`;
  }
  const of = (standing: Standing) => causes.filter((cause) => cause.standing === standing);
  const [fresh, changed, known] = [of('new'), of('changed'), of('known')];
  const parts = [
    fresh.length === 0 ? 'No new cause of divergence' : countText(fresh, buckets, 'new '),
    ...(changed.length === 0 ? [] : [`${plural(changed.length, 'known cause')} with new or changed buckets`]),
    ...(known.length === 0 ? [] : [`${plural(known.length, 'known cause')}`]),
  ];
  return `${parts.join('; ')}.${until}`;
}

function countText(causes: readonly Weighed[], buckets: readonly Weighed[], kind: 'new ' | ''): string {
  const own = kind === '' ? buckets : buckets.filter(({ standing }) => standing !== 'known');
  const worst = SEVERITIES.find((severity) => causes.some((cause) => cause.severity === severity)) ?? 'none';
  return `${plural(causes.length, `${kind}cause`)} of divergence (${plural(own.length, 'bucket')}), the worst ${worst}`;
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
