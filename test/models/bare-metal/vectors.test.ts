import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Place } from '../../../harness/operations/usage-error.js';
import { answerOf } from '../../../harness/run/readable.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';
import { profiles } from '../../../models/bare-metal/versions.js';
import { describeVectors } from '../../vectors.js';
import { INTEL } from './guest.js';

describeVectors('bare-mtrr.jsonl', profiles);

test('an overlap is undefined exactly where it was recorded so, and between the same types', () => {
  const file = join(__dirname, '../../../corpora/conformance/recorded/bare-mtrr.jsonl');
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const openIn = (observations: readonly object[]): string[] =>
    observations.flatMap((o, step) => ('candidates' in o ? [`step ${step}: ${o.candidates}`] : []));
  const recorded = lines.map((line) => openIn(JSON.parse(line).observations));
  const answered = lines.map((line) =>
    openIn(answerOf(INTEL, scenarioFrom(JSON.parse(line).scenario, new Place(line, '$'))).observations),
  );
  expect(answered).toEqual(recorded);
  expect(recorded.flat()).toHaveLength(28);
});
