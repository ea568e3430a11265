/** What changed an answer from one version to the next: commits, as far as they are known, and the rule that now decides. */
import type { Profile } from '../../models/contract/model.js';
import type { Rule } from '../../models/contract/rule.js';
import type { SwitchOverrides, VersionChange } from '../../models/contract/switch.js';

export interface Change {
  /** Where `isExact`, the commit; else those of which at least one changed it. May be empty: none is known. */
  readonly commits: readonly string[];
  readonly isExact: boolean;
  readonly rule: Rule | null;
}

/** Tells apart what versions answer: equal texts are one answer. */
export type AnswerText = (profile: Profile) => string;

/**
 * @param from the version with the old answer, then those that leave it open, last the version with the new one
 * @param ruleId of the answer in the last
 */
export function changeBetween(versions: readonly Profile[], ruleId: string | undefined, answerIn: AnswerText): Change {
  const [from, to] = [versions[0], versions[versions.length - 1]];
  const rule = to.rules.find((known) => known?.id === ruleId) ?? null;
  const exact = triedCommit(versions, answerIn);
  if (exact !== null) return { commits: [exact], isExact: true, rule };
  const fresh = versions
    .slice(1)
    .flatMap(({ commits }) => commits)
    .filter((commit) => !from.commits.some((known) => isSameCommit(known, commit)));
  const own = rule?.citation.commit;
  // A rule that was there before may decide anew because another one went: then its own commit is not the one.
  if (own !== undefined && fresh.some((commit) => isSameCommit(commit, own))) return { commits: [own], isExact: true, rule };
  return { commits: fresh, isExact: fresh.length === 1, rule };
}

/**
 * The commits between two versions tried one after the other on the older one: that which brought the new answer. Null where a version
 * says not which commit did what, or was not made from the one before it.
 */
function triedCommit(versions: readonly Profile[], answerIn: AnswerText): string | null {
  const [from, ...later] = versions;
  const isChain = later.every(({ changedFrom, changes }, index) => changes !== undefined && changedFrom === versions[index].name);
  if (from.withSwitches === undefined || !isChain) return null;
  let switches: SwitchOverrides = {};
  let answer = answerIn(from);
  let brought: string | null = null;
  for (const change of later.flatMap(({ changes }) => changes as readonly VersionChange[])) {
    switches = { ...switches, ...change.switches } as SwitchOverrides;
    const next = answerIn(from.withSwitches(switches));
    if (next !== answer) brought = change.by;
    answer = next;
  }
  return answer === answerIn(versions[versions.length - 1]) ? brought : null;
}

/** Abbreviated hashes may differ in length. */
function isSameCommit(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}
