/** What a campaign's exit code says: `--fail-on`, `--strict`. The table is in README.md. */
import type { CampaignResult } from '../campaign.js';
import { rankOf } from '../classify/severity.js';
import type { FailOn } from './options/failure-class.js';
import { freshIn, type Verdict } from '../ledger/gate.js';
import { isStale } from '../ledger/review.js';

export interface Conditions {
  /** null: fail on new buckets if the ledger covers this panel, else never. */
  readonly failOn: FailOn | null;
  readonly verdict: Verdict;
  readonly isStrict: boolean;
  readonly isInterrupted: boolean;
}

/** Where several apply: 130, 3, 1, 4. */
export function exitCode(result: CampaignResult, { failOn, verdict, isStrict, isInterrupted }: Conditions): number {
  if (isInterrupted) return 130;
  if (result.modelFaults.length > 0) return 3;
  if (fails(result, failOn ?? (verdict.gatesNew ? 'new' : 'none'), verdict)) return 1;
  const review = verdict.judgement?.review;
  // A known divergence that is none any more: only who asked for no failure at all is spared.
  if (failOn !== 'none' && (review?.moved.length ?? 0) > 0) return 1;
  return isStrict && review !== undefined && isStale(review) ? 4 : 0;
}

function fails({ findings }: CampaignResult, failOn: FailOn, { judgement }: Verdict): boolean {
  const isAnyNew = () => (judgement === null ? findings.length : freshIn(judgement).length) > 0;
  if (failOn === 'new') return isAnyNew();
  if (failOn === 'unreviewed') return isAnyNew() || (judgement?.review.unreviewed.length ?? 0) > 0;
  const limit = failOn === 'any' ? rankOf('none') : failOn === 'correctness' ? rankOf('architectural') : -1;
  return findings.some(({ severity }) => rankOf(severity) <= limit);
}
