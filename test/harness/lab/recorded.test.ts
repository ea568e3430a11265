/** What real kernels answered, recorded in emulators: decoded by the one decoder, held against profiles, and telling them apart. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROFILES } from '../../../models/registry.js';
import { type Difference, differences, type LiveAnswer } from '../../../harness/lab/answer-difference.js';
import { answerOf } from '../../../harness/run/readable.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';
import { Place } from '../../../harness/operations/usage-error.js';

const REAL = join(__dirname, '../../../corpora/conformance/real');

function held(path: string, profile: string, counters: readonly string[] = []): readonly Difference[] {
  const subject = PROFILES.find(({ name }) => name === profile)!;
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.flatMap((line) => {
    const { scenario, ...answer } = JSON.parse(line);
    const parsed = scenarioFrom(scenario, new Place(path, '$.scenario'));
    return differences(parsed, answer as LiveAnswer, answerOf(subject, parsed, false) as unknown as LiveAnswer, counters);
  });
}

test('Linux 6.1 on EPT is told from its neighbours by what it answered, zaps included', () => {
  const path = join(REAL, 'linux-6.1-ept.jsonl');
  expect(held(path, 'intel-ept/6.6', ['zaps'])).toEqual([]);
  for (const other of ['intel-ept/4.4', 'intel-ept/6.7', 'intel-ept/6.12', 'intel-ept/6.16'])
    expect([other, held(path, other, ['zaps']).length > 0]).toEqual([other, true]);
});

test('Linux 7.3 on NPT zaps nothing, which Linux 6.1 did', () => {
  expect(held(join(REAL, 'linux-7.3-npt.jsonl'), 'amd-npt/gpat', ['zaps'])).toEqual([]);
  expect(held(join(REAL, 'linux-6.1-npt.jsonl'), 'amd-npt/gpat')).toEqual([]);
});

test('Linux 6.1 on NPT answers as its profile, and Linux 5.10 gives #DF where reserved bits of a variable MTRR are set', () => {
  expect(held(join(REAL, 'linux-6.1-npt.jsonl'), 'amd-npt/6.6', ['zaps'])).toEqual([]);
  expect(held(join(REAL, 'linux-5.10-npt.jsonl'), 'amd-npt/4.14', ['zaps'])).toEqual([]);
  expect(held(join(REAL, 'linux-5.10-ept.jsonl'), 'intel-ept/4.16', ['zaps'])).toEqual([]);
  for (const [file, later] of [
    ['linux-5.10-npt.jsonl', 'amd-npt/5.17'],
    ['linux-5.10-ept.jsonl', 'intel-ept/5.17'],
  ]) {
    const found = held(join(REAL, file), later).filter(({ field }) => field === 'outcome');
    expect(new Set(found.map(({ kernel, profile }) => `${kernel} for ${profile}`))).toEqual(new Set(['df for gp']));
  }
});

test('Every real answer names kernel, emulator and the profile that it is evidence for', () => {
  const files = readdirSync(REAL);
  expect(files.length).toBeGreaterThan(4);
  for (const file of files)
    for (const line of readFileSync(join(REAL, file), 'utf8').trim().split('\n')) {
      const { origin, profile } = JSON.parse(line);
      expect(origin).toMatch(/^Linux \d+\.\d+\.\d+ kvm-(intel|amd)( (ept|npt)=0)? in (QEMU|Bochs) \d/);
      expect([file, PROFILES.some(({ name }) => name === profile)]).toEqual([file, true]);
    }
});
