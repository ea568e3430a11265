import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { replayFile, scenariosIn } from '../../../harness/conformance/answer-files.js';
import { grow } from '../../../harness/conformance/grow.js';
import { printRecorded, recordedNow } from '../../../harness/conformance/recorded-answer.js';
import { Place } from '../../../harness/operations/usage-error.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';
import { answerChangeLines, regressNotes } from '../../../harness/report/terminal/answer-changes.js';
import { PROFILES } from '../../../models/registry.js';
import { profileNamed } from '../../planted-faults/faulty.js';

jest.setTimeout(60_000);

const EPT = profileNamed('intel-ept/6.16');
const CASES = 30;
const HAZARD = join(__dirname, '../../../corpora/regressions/hazard-h03-no-invalidation.json');
const grown = grow(EPT, [], CASES, 'test');
const lines = grown.text.trimEnd().split('\n');

function fileOf(text: string, name = 'intel-ept/6.16'): string {
  const path = join(mkdtempSync(join(tmpdir(), 'emtdiff-conformance-')), `${name}.jsonl`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const told = (path: string) => answerChangeLines([replayFile(path, PROFILES)], 200, () => 'F').join('\n');

/** The file with the first text replaced, which has to be in it. */
function changed(from: string, to: string): string {
  expect(grown.text).toContain(from);
  return grown.text.replace(from, to);
}

describe('Growth', () => {
  test('gives the same bytes for the same seed, and others for another', () => {
    expect(grow(EPT, [], CASES, 'test').text).toBe(grown.text);
    expect(grow(EPT, [], CASES, 'other').text).not.toBe(grown.text);
  });

  test('keeps what is there, and shows again what a lost line showed', () => {
    expect(grow(EPT, scenariosIn(fileOf(grown.text)), CASES, 'test').traits).toBe(grown.traits);
    const lost = lines.filter((_, index) => index < lines.length - 5).join('\n');
    const again = grow(EPT, scenariosIn(fileOf(`${lost}\n`)), CASES, 'test');
    expect(again.traits).toBeGreaterThanOrEqual(grown.traits);
    for (const line of lost.split('\n').slice(0, 5)) expect(again.text).toContain(line);
  });
});

describe('Recorded answers', () => {
  test('are given by the profile that they were recorded of', () => {
    const { answers, changes, waiting, profiles, text } = replayFile(fileOf(grown.text), PROFILES);
    expect({ answers, changes, waiting, profiles }).toEqual({
      answers: lines.length,
      changes: [],
      waiting: [],
      profiles: [EPT.name],
    });
    expect(text).toBe(grown.text);
  });

  test.each([
    ['an answer', '"memtype":"UC"', '"memtype":"WP"', /then: WP .*\n +now: UC /],
    [
      'a rule',
      '"rule":"intel-ept.def-type-stored"',
      '"rule":"intel-ept.gone"',
      /then: ok by intel-ept\.gone\n +now: ok by intel-ept\.def-type-stored/,
    ],
    ['a leaf', '"leaf":"WB+ipat"', '"leaf":"WB"', /now: .*WB\+ipat/],
    ['a counter', '"zaps":0', '"zaps":7', /counter zaps\n +then: 7\n +now: 0/],
  ])('tell %s that changed, then and now, and are written as they are today', (_, from, to, sentence) => {
    const path = fileOf(changed(from, to));
    expect(told(path)).toMatch(/^intel-ept\/6\.16: 1 answer changed, in 1 scenario of \d+ \(F\)/);
    expect(told(path)).toMatch(sentence);
    expect(replayFile(path, PROFILES).text).toBe(grown.text);
  });

  test('of private memory tell an invariant that a step breaks, and one that it breaks no more', () => {
    const snp = profileNamed('sev-snp/rfc-v8+no-invalidation');
    const { scenario } = JSON.parse(readFileSync(HAZARD, 'utf8'));
    const text = `${printRecorded(recordedNow(snp, scenarioFrom(scenario, new Place(HAZARD, '$'))))}\n`;
    expect(text).toContain(',"broken":{');
    const path = fileOf(text.replace(/,"broken":.*/, '}'), snp.name);
    expect(told(path)).toMatch(/then: breaks no invariant\n +now: breaks I\d+/);
  });
});

describe('Evidence', () => {
  const evidence = (more: object) => {
    const { observations, ...rest } = JSON.parse(lines.find((line) => line.includes('"memtype":"UC"')) as string);
    return `${JSON.stringify({ profile: EPT.name, origin: 'a real kernel', ...rest, observations, ...more })}\n`;
  };

  test('that the profile contradicts is a change that no update takes back', () => {
    const text = evidence({}).replace('"memtype":"UC"', '"memtype":"WP"');
    const replayed = replayFile(fileOf(text, 'recorded/kernel'), PROFILES);
    expect(replayed.changes).toMatchObject([{ profile: EPT.name, origin: 'a real kernel' }]);
    expect(replayed.text).toBe(text);
  });

  test('leaves rules and absent fields uncompared', () => {
    const { observations } = JSON.parse(evidence({}));
    const outcomes = observations.map(({ outcome }: { outcome: string }) => ({ outcome, rule: 'nobody.knows' }));
    expect(replayFile(fileOf(evidence({ observations: outcomes }), 'recorded/kernel'), PROFILES).changes).toEqual([]);
  });

  test('of a profile that does not exist, or of an operation that the profile lacks, waits and is told in a note', () => {
    const convert = { op: 'set-attributes', gfn: '0x0', pages: '0x1', to: 'private' };
    const scenario = { format: 'emtdiff-scenario/1', steps: [convert] };
    const asked = evidence({ profile: 'shadow-paging/kvm-svm', scenario, observations: [{ outcome: 'ok' }] });
    const path = fileOf(evidence({ profile: 'intel-ept/99' }) + asked, 'recorded/kernel');
    const replayed = replayFile(path, PROFILES);
    expect(replayed.changes).toEqual([]);
    expect(regressNotes([replayed], ['a/b'], 200)).toEqual([
      'note: evidence waits for profiles that emtdiff does not have (scenarios): intel-ept/99 (1)',
      'note: evidence waits for operations to which a profile answers n/a (scenarios): shadow-paging/kvm-svm set-attributes (1)',
      'note: 1 profile without recorded answers: a/b',
      '  they are grown by: emtdiff corpus grow a/b',
    ]);
    expect(readFileSync(path, 'utf8')).toBe(replayed.text);
  });
});
