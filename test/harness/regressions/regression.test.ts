import { changeLines } from '../../../harness/regressions/change-text.js';
import { bySize, merged } from '../../../harness/regressions/merge.js';
import { printRegression, type Regression, regressionFrom } from '../../../harness/regressions/regression.js';
import { changesOf, expectedOf, updated } from '../../../harness/regressions/replay.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';
import { Place } from '../../../harness/operations/usage-error.js';
import { PROFILES } from '../../../models/registry.js';

const READ = { op: 'read-msr', vcpu: 0, msr: '0x2ff' };
const ACCESS = { op: 'access', vcpu: 0, gfn: '0x10', kind: 'write', pat: 0 };
const scenario = (steps: readonly unknown[]) => scenarioFrom({ format: 'emtdiff-scenario/1', steps }, new Place('x', '$'));
const profiles = PROFILES.filter(({ name }) => ['bare-metal/intel', 'intel-ept/6.16'].includes(name));

function regression(name: string, steps: readonly unknown[], bucket?: string): Regression {
  const made = scenario(steps);
  return { name, ...(bucket === undefined ? {} : { bucket }), scenario: made, expected: expectedOf(made, profiles) };
}

const json = (made: Regression) => JSON.parse(printRegression(made));

describe('A regression', () => {
  const sound = regression('sound', [READ, ACCESS], 'b');

  test('is what its text says', () => {
    expect(regressionFrom(json(sound), 'x')).toEqual(sound);
    expect(printRegression(regressionFrom(json(sound), 'x'))).toBe(printRegression(sound));
  });

  test('that holds shows no change', () => {
    expect(changesOf(sound, PROFILES, 'x')).toEqual([]);
  });

  test('that no longer holds names profile, step and both answers, and updating changes that answer alone', () => {
    const [first, second] = sound.expected['intel-ept/6.16'];
    const stale = { ...sound, expected: { ...sound.expected, 'intel-ept/6.16': [first, { ...second, memtype: 'UC' }] } };
    const changes = changesOf(stale, PROFILES, 'x');
    expect(changes).toEqual([{ profile: 'intel-ept/6.16', step: 1, expected: { ...second, memtype: 'UC' }, got: second }]);
    expect(updated(stale, changes)).toEqual(sound);
  });

  test('shows a change as a diff under the profile', async () => {
    const [first, second] = sound.expected['intel-ept/6.16'];
    const stale = { ...sound, expected: { 'intel-ept/6.16': [first, { ...second, memtype: 'UC' }] } };
    const lines = await changeLines(stale, changesOf(stale, PROFILES, 'x'));
    expect(lines[0]).toBe('  intel-ept/6.16');
    expect(lines.join('\n')).toMatch(/step 1: .*\n.*\n +- +memtype: "UC"\n +\+ +memtype: "WB"/);
  });

  test.each([
    [{ format: 'emtdiff-regression/2' }, '$.format: found "emtdiff-regression/2", expected "emtdiff-regression/1"'],
    [{ extra: 1 }, '$: found the unknown key "extra", expected only the keys format name'],
    [{ name: 7 }, '$.name: found 7, expected a string'],
    [{ expected: { 'intel-ept/6.16': [] } }, '$.expected["intel-ept/6.16"]: found [], expected an array of 2 answers, one a step'],
    [{ expected: { x: [{ outcome: 'ok' }, { outcome: 'so-so' }] } }, '$.expected.x[1].outcome: found "so-so", expected one of'],
  ])('with %j is refused in a sentence', (change, sentence) => {
    expect(() => regressionFrom({ ...json(sound), ...change }, 'file.json')).toThrow(`file.json: ${sentence}`);
  });

  test('of a profile that there is none of is refused', () => {
    const stray = { ...sound, expected: { 'intel-ept/9.9': sound.expected['intel-ept/6.16'] } };
    expect(() => changesOf(stray, PROFILES, 'file.json')).toThrow(
      'file.json: $.expected: found "intel-ept/9.9", expected a profile that emtdiff models lists',
    );
  });
});

describe('Merging corpora', () => {
  const small = regression('a', [ACCESS], 'one');
  const large = regression('b', [READ, ACCESS], 'one');
  const other = regression('c', [READ], 'two');

  test('keeps one witness a bucket, the smallest, in whatever order', () => {
    expect(bySize(small.scenario, large.scenario)).toBeLessThan(0);
    expect(merged([large, other, small])).toEqual([small, other]);
    expect(merged([small, large, other])).toEqual([small, other]);
  });

  test('a second time changes nothing', () => {
    const once = merged([large, small, other]);
    expect(merged([...once, ...once])).toEqual(once);
  });

  test('unites the profiles of one scenario', () => {
    const halves = Object.entries(small.expected).map(([name, answers]) => ({ ...small, expected: { [name]: answers } }));
    expect(Object.keys(merged(halves)[0].expected)).toEqual(['bare-metal/intel', 'intel-ept/6.16']);
    expect(merged([...halves].reverse())).toEqual(merged(halves));
  });

  test('refuses two that expect different answers', () => {
    const lie = { ...small, expected: { ...small.expected, 'bare-metal/intel': [{ outcome: 'gp' as const }] } };
    expect(() => merged([small, lie])).toThrow('different answers of bare-metal/intel');
  });

  test('refuses two buckets under one name', () => {
    expect(() => merged([small, { ...other, name: 'a' }])).toThrow('two regressions "a"');
  });
});
