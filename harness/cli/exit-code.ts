/** What a campaign's exit code says: `--fail-on`, `--strict`. The table is in README.md. */
import type { CampaignResult } from '../campaign.js';
import { rankOf } from '../classify/severity.js';
import type { FailOn } from './options/failure-class.js';
import { freshOf } from '../report/acquaintance.js';
import type { Verdict } from '../ledger/ledger-gate.js';

export interface Judgement {
  /** Null: new buckets where the verdict gates them, else none. */
  readonly failOn: FailOn | null;
  readonly verdict: Verdict;
  readonly isStrict: boolean;
  readonly isInterrupted: boolean;
}

/** Where several apply: 130, 3, 1, 4. */
export function exitCode(result: CampaignResult, { failOn, verdict, isStrict, isInterrupted }: Judgement): number {
  if (isInterrupted) return 130;
  if (result.modelFaults.length > 0) return 3;
  if (fails(result, failOn ?? (verdict.gatesNew ? 'new' : 'none'), verdict)) return 1;
  return isStrict && verdict.isStale ? 4 : 0;
}

function fails({ findings }: CampaignResult, failOn: FailOn, { acquaintance }: Verdict): boolean {
  if (failOn === 'new') return freshOf(findings, acquaintance).length > 0;
  const limit = failOn === 'any' ? rankOf('none') : failOn === 'correctness' ? rankOf('architectural') : -1;
  return findings.some(({ severity }) => rankOf(severity) <= limit);
}
