/** Replays evidence (corpora/conformance/recorded) through profiles: what compiled sources answered, or an independent reading of them. */
import { join } from 'node:path';
import { answerFiles, replayFile } from '../harness/conformance/answer-files.js';
import type { RecordedAnswer } from '../harness/conformance/recorded-answer.js';
import { type AnswerChange, disagreementsOf } from '../harness/conformance/replay.js';
import { Place } from '../harness/operations/usage-error.js';
import { scenarioFrom } from '../harness/scenario/parse.js';
import type { Counters, Profile } from '../models/contract/model.js';

const RECORDED = join(__dirname, '../corpora/conformance/recorded');

/** A line of such a file as JSON. */
export interface Vector {
  readonly scenario: object;
  readonly observations: readonly object[];
  readonly counters?: Counters;
}

/** Where the profile's answer differs from the recorded one; empty: it agrees. What either leaves open is not compared. */
export function disagreements(profile: Profile, vector: Vector): string[] {
  const scenario = scenarioFrom(vector.scenario, new Place('vector', '$'));
  return disagreementsOf(profile, { ...(vector as Vector & Pick<RecordedAnswer, 'observations'>), scenario }).map(sentence);
}

function sentence({ scenario, at, recorded, today }: Pick<AnswerChange, 'scenario' | 'at' | 'recorded' | 'today'>): string {
  const where = typeof at === 'number' ? `step ${at} ${JSON.stringify(scenario.steps[at])}` : at;
  return `${scenario.name} ${where}: got ${JSON.stringify(today)}, recorded ${JSON.stringify(recorded)}`;
}

/** One test a profile of the family that the file has evidence of. */
export function describeVectors(file: string, profiles: readonly Profile[]): void {
  describe(`${file}, evidence`, () => {
    const [path] = answerFiles(join(RECORDED, file));
    const replayed = replayFile(path, profiles);
    test('has vectors of these profiles', () => expect(replayed.profiles).not.toEqual([]));
    test.each(replayed.profiles)('%s answers as recorded', (profile) => {
      expect(replayed.waiting.filter((waiting) => waiting.profile === profile)).toEqual([]);
      const changes = replayed.changes.filter((change) => change.profile === profile);
      expect(changes.map(sentence).slice(0, 20)).toEqual([]);
    });
  });
}
