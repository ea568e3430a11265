/** A rule with its source, and the commits that a side of a comparison has it from. */
import type { Profile } from '../../models/contract/model.js';
import type { Rule } from '../../models/contract/rule.js';

export interface RuleSource {
  readonly id: string;
  /** Null: the side has no rules, and `id` is its answer. */
  readonly rule: Rule | null;
  /** The rule's own commit where one is known, else those that made the profile what it is. */
  readonly commits: readonly string[];
}

/** @param profile null: an external model */
export function ruleSource(id: string, profile: Profile | null): RuleSource {
  const rule = profile?.rules.find((known) => known?.id === id) ?? null;
  const own = rule?.citation.commit;
  return { id, rule, commits: own === undefined ? (profile?.commits ?? []) : [own] };
}
