/** Replays answers recorded from the real code (test/fixtures/vectors) through profiles: observations, and counters where recorded. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerOf } from '../harness/run/readable.js';
import { Place } from '../harness/operations/usage-error.js';
import { scenarioFrom } from '../harness/scenario/parse.js';
import type { Profile } from '../models/contract/model.js';

interface Vector {
  readonly profile: string;
  readonly scenario: { readonly name: string };
  readonly observations: readonly Record<string, unknown>[];
  readonly counters?: Record<string, number>;
}

const read = (file: string): Vector[] =>
  readFileSync(join(__dirname, 'fixtures', 'vectors', file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Vector);

/** Outcomes that are not compared; `skip` is one that the reader left open. */
const OPEN = ['undefined', 'skip'];

/** Where the profile's answer differs from the recorded one; empty: it agrees. An open one on either side is not compared. */
export function disagreements(profile: Profile, vector: Vector): string[] {
  const scenario = scenarioFrom(vector.scenario, new Place(vector.scenario.name, '$'));
  const answer = answerOf(profile, scenario);
  const wrong = vector.observations.flatMap((expected, step) => {
    const { rule, ...got } = answer.observations[step];
    if (OPEN.includes(got.outcome) || OPEN.includes(String(expected.outcome))) return [];
    const same = Object.entries(expected).every(
      ([key, value]) => JSON.stringify(got[key as keyof typeof got]) === JSON.stringify(value),
    );
    return same
      ? []
      : [
          `step ${step} ${JSON.stringify(scenario.steps[step])}: got ${JSON.stringify(got)} by ${rule}, recorded ${JSON.stringify(expected)}`,
        ];
  });
  const counters = Object.entries(vector.counters ?? {}).filter(([name, value]) => answer.counters[name as 'zaps'] !== value);
  return [...wrong, ...counters.map(([name, value]) => `${name}: got ${answer.counters[name as 'zaps']}, recorded ${value}`)];
}

/** One test a profile and file, for the profiles that the file has vectors of. @param origin who gave the answers */
export function describeVectors(file: string, profiles: readonly Profile[], origin = 'recorded from the real code'): void {
  const vectors = read(file);
  describe(`${file}, ${origin}`, () => {
    const recorded = profiles.filter((profile) => vectors.some((vector) => vector.profile === profile.name));
    test('has vectors of these profiles', () => expect(recorded).not.toEqual([]));
    for (const profile of recorded) {
      test(`${profile.name} answers as recorded`, () => {
        const own = vectors.filter((vector) => vector.profile === profile.name);
        const wrong = own.flatMap((vector) => disagreements(profile, vector).map((text) => `${vector.scenario.name} ${text}`));
        expect(wrong.slice(0, 20)).toEqual([]);
      });
    }
  });
}
