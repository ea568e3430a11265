/** What one version says at every step, and when two answers are the same. */
import type { Profile } from '../../models/contract/model.js';
import { answerOf } from '../run/readable.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import type { Scenario } from '../scenario/scenario.js';

export interface VersionAnswers {
  readonly profile: Profile;
  /** By step, with the id of the deciding rule. */
  readonly observations: readonly ObservationJson[];
}

export function versionAnswers(profile: Profile, scenario: Scenario): VersionAnswers {
  return { profile, observations: answerOf(profile, scenario).observations };
}

/** What a guest or a caller sees of an answer: neither rule nor level nor leaf. */
export function visible({ rule: _, level: __, leaf: ___, ...seen }: ObservationJson): ObservationJson {
  return seen;
}

/** What a guest or a caller sees of a version's answer to a step, as text. */
export function seenAt(profile: Profile, scenario: Scenario, step: number): string {
  return JSON.stringify(visible(versionAnswers(profile, scenario).observations[step]));
}

export function isSameAnswer(one: ObservationJson, other: ObservationJson): boolean {
  return JSON.stringify(visible(one)) === JSON.stringify(visible(other));
}

/** The source of this version leaves the answer open, or its subject has no such operation. */
export function isOpen({ outcome }: ObservationJson): boolean {
  return outcome === 'undefined' || outcome === 'n/a';
}
