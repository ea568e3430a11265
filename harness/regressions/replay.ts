/** Replays a regression: which answers are no longer what they were. */
import type { Profile } from '../../models/contract/model.js';
import { Place } from '../operations/usage-error.js';
import { answerOf } from '../run/readable.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Expected, Regression } from './regression.js';

export interface Change {
  readonly profile: string;
  readonly step: number;
  readonly expected: ObservationJson;
  readonly got: ObservationJson;
}

/** In the order of the file's profiles, then of steps. @throws {UsageError} for a profile that there is none of */
export function changesOf({ scenario, expected }: Regression, profiles: readonly Profile[], file: string): Change[] {
  return Object.entries(expected).flatMap(([name, answers]) => {
    const profile = profiles.find((known) => known.name === name);
    if (profile === undefined) return new Place(file, '$.expected').fail(name, 'a profile that emtdiff models lists');
    const { observations } = answerOf(profile, scenario, false);
    return answers.flatMap((answer, step) =>
      JSON.stringify(answer) === JSON.stringify(observations[step])
        ? []
        : [{ profile: name, step, expected: answer, got: observations[step] }],
    );
  });
}

/** What profiles answer today. */
export function expectedOf(scenario: Scenario, profiles: readonly Profile[]): Expected {
  return Object.fromEntries(profiles.map((profile) => [profile.name, answerOf(profile, scenario, false).observations]));
}

/** The regression with its changed answers replaced; all else stays as it is. */
export function updated(regression: Regression, changes: readonly Change[]): Regression {
  const expected = Object.entries(regression.expected).map(([profile, answers]) => {
    const own = changes.filter((change) => change.profile === profile);
    return [profile, answers.map((answer, step) => own.find((change) => change.step === step)?.got ?? answer)];
  });
  return { ...regression, expected: Object.fromEntries(expected) };
}
