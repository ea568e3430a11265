/** What one version says at every step, whether it invalidates there, and when two answers are the same. */
import type { Profile } from '../../models/contract/model.js';
import type { Rule } from '../../models/contract/rule.js';
import { answerOf } from '../run/readable.js';
import { stepNotes } from '../run/step-notes.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import type { Scenario } from '../scenario/scenario.js';

export interface VersionAnswer extends ObservationJson {
  /** The step invalidates mappings. */
  readonly zaps?: true;
}

export interface VersionAnswers {
  readonly profile: Profile;
  /** By step, with the id of the deciding rule. */
  readonly observations: readonly VersionAnswer[];
  /** By step: the rule of its invalidation, or of the decision against one; null: neither, or the model does not say. */
  readonly zapRules: readonly (Rule | null)[];
}

export function versionAnswers(profile: Profile, scenario: Scenario): VersionAnswers {
  const zapRules = stepNotes(profile, scenario).map(({ zap }) => zap);
  const observations = answerOf(profile, scenario).observations.map(
    (answer, step): VersionAnswer => (zapRules[step]?.kind === 'zap' ? { ...answer, zaps: true } : answer),
  );
  return { profile, observations, zapRules };
}

/** What is compared of an answer: neither rule nor level nor leaf. */
export function visible({ rule: _, level: __, leaf: ___, ...seen }: VersionAnswer): VersionAnswer {
  return seen;
}

/** What is compared of a version's answer to a step, as text. */
export function seenAt(profile: Profile, scenario: Scenario, step: number): string {
  return JSON.stringify(visible(versionAnswers(profile, scenario).observations[step]));
}

export function isSameAnswer(one: VersionAnswer, other: VersionAnswer): boolean {
  return JSON.stringify(visible(one)) === JSON.stringify(visible(other));
}

/** The rule by which the later of two versions answers a step otherwise. Where only invalidations differ: that of its own, or of its decision against one. */
export function changingRule(before: VersionAnswers, after: VersionAnswers, step: number): Rule | null {
  const { zaps: _, ...old } = before.observations[step];
  const { zaps: __, ...now } = after.observations[step];
  return isSameAnswer(old, now) ? after.zapRules[step] : ruleAt(after, step);
}

/** The rule that decided the answer. */
export function ruleAt({ profile, observations }: VersionAnswers, step: number): Rule | null {
  return profile.rules.find((rule) => rule?.id === observations[step].rule) ?? null;
}

/** The source of this version leaves the answer open, or its subject has no such operation. */
export function isOpen({ outcome }: ObservationJson): boolean {
  return outcome === 'undefined' || outcome === 'n/a';
}
