/** The first version with the new answer: by binary search, then checked against the versions that the search did not ask. */
import type { Profile } from '../../models/contract/model.js';
import type { Scenario } from '../scenario/scenario.js';
import { changingRule, isOpen, isSameAnswer, seenAt, type VersionAnswer, type VersionAnswers, versionAnswers } from './answer.js';
import { type AnswerText, type Change, changeBetween } from './change.js';

/** A version and what it answers at the step. */
export interface Asked {
  readonly profile: Profile;
  readonly answer: VersionAnswer;
  /** To all steps. */
  readonly answers: VersionAnswers;
}

/** Two neighbours, among the versions that have an answer, that differ. */
export interface Flip {
  readonly before: Asked;
  readonly after: Asked;
  readonly change: Change;
  /** Versions between the two, which leave the answer open. */
  readonly between: readonly Profile[];
}

export interface Bisection {
  /** In the order in which the search asked. */
  readonly asked: readonly Asked[];
  /** The oldest and the newest version with an answer; null: none has one. */
  readonly oldest: Asked | null;
  readonly newest: Asked | null;
  /** What the search found; null: the oldest and the newest version agree. */
  readonly found: Flip | null;
  /** Of all versions, in order: one, `found`, where the answers permit a search. */
  readonly flips: readonly Flip[];
  /** Versions that leave the answer open. */
  readonly open: readonly Profile[];
}

/** @param versions oldest first */
export function bisect(versions: readonly Profile[], scenario: Scenario, step: number): Bisection {
  const answers = new Map<Profile, Asked>();
  const ask = (index: number): Asked => {
    const profile = versions[index];
    const known = answers.get(profile);
    if (known !== undefined) return known;
    const all = versionAnswers(profile, scenario);
    const asked = { profile, answer: all.observations[step], answers: all };
    answers.set(profile, asked);
    return asked;
  };
  const isAnswered = (index: number) => !isOpen(ask(index).answer);
  let low = 0;
  while (low < versions.length && !isAnswered(low)) low++;
  let high = versions.length - 1;
  while (high > low && !isAnswered(high)) high--;
  if (low >= versions.length)
    return { asked: [...answers.values()], oldest: null, newest: null, found: null, flips: [], open: versions };
  const [oldest, newest] = [ask(low), ask(high)];
  const isChanged = !isSameAnswer(oldest.answer, newest.answer);
  while (isChanged) {
    const middle = middleOf(low, high, isAnswered);
    if (middle === null) break;
    if (isSameAnswer(ask(middle).answer, newest.answer)) high = middle;
    else low = middle;
  }
  const asked = [...answers.values()];
  const flips = flipsOf(
    versions.map((_, index) => ask(index)),
    step,
    (profile) => seenAt(profile, scenario, step),
  );
  const found = flips.find(({ after }) => isChanged && after === ask(high)) ?? null;
  return { asked, oldest, newest, found, flips, open: versions.filter((_, index) => !isAnswered(index)) };
}

/** The version nearest to the middle between two that has an answer; null if there is none. */
function middleOf(low: number, high: number, isAnswered: (index: number) => boolean): number | null {
  const middle = Math.floor((low + high) / 2);
  for (let away = 0; away <= high - low; away++) {
    for (const index of [middle - away, middle + away]) if (index > low && index < high && isAnswered(index)) return index;
  }
  return null;
}

function flipsOf(all: readonly Asked[], step: number, answerIn: AnswerText): Flip[] {
  const answered = all.filter(({ answer }) => !isOpen(answer));
  return answered.flatMap((after, index): Flip[] => {
    const before = answered[index - 1];
    if (before === undefined || isSameAnswer(before.answer, after.answer)) return [];
    const between = all.slice(all.indexOf(before) + 1, all.indexOf(after)).map(({ profile }) => profile);
    const rule = changingRule(before.answers, after.answers, step);
    const chain = [before.profile, ...between, after.profile];
    return [{ before, after, change: changeBetween(chain, rule?.id, answerIn), between }];
  });
}
