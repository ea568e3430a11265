/** What changed an answer from one version to the next: commits, as far as they are known, and the rule that now decides. */
import type { Profile } from '../../models/contract/model.js';
import type { Rule } from '../../models/contract/rule.js';

export interface Change {
  /** Where `isExact`, the commit; else those of which at least one changed it. May be empty: none is known. */
  readonly commits: readonly string[];
  readonly isExact: boolean;
  readonly rule: Rule | null;
}

/** @param ruleId of the answer in `to` */
export function changeBetween(from: Profile, to: Profile, ruleId: string | undefined): Change {
  const rule = to.rules.find((known) => known?.id === ruleId) ?? null;
  const fresh = to.commits.filter((commit) => !from.commits.some((known) => isSameCommit(known, commit)));
  const own = rule?.citation.commit;
  // A rule that was there before may decide anew because another one went: then its own commit is not the one.
  if (own !== undefined && fresh.some((commit) => isSameCommit(commit, own))) return { commits: [own], isExact: true, rule };
  return { commits: fresh, isExact: fresh.length === 1, rule };
}

/** Abbreviated hashes may differ in length. */
function isSameCommit(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}
