import { PROFILES } from '../../../models/registry.js';
import { checkTrace } from '../../../harness/import/trace-check.js';
import { historyOf, isBetween, withChangeSteps } from '../../../harness/import/trace-history.js';
import { traceFile, traceText, withLine } from './trace-fixture.js';

const FAMILY = PROFILES.filter(({ lineage }) => lineage === 'intel-ept');
const steps = withChangeSteps(FAMILY);
const profiles = steps.map(({ profile }) => profile);
const against = (text: string, name: string) => {
  const asked = FAMILY.filter((profile) => profile.name === name);
  return checkTrace(traceFile(text), 'ept', asked, profiles, {}).divergences;
};
const AGENT = traceText('linux-6.1-ept-agent');

test('Between two versions stand those with some of the changes, in the order of the commits', () => {
  const names = profiles.map(({ name }) => name);
  const from = names.indexOf('intel-ept/6.7');
  const to = names.indexOf('intel-ept/6.11.0');
  expect(to - from).toBeGreaterThan(1);
  expect(names.slice(from + 1, to).every(isBetween)).toBe(true);
});

test('The commit that ended an answer is named, not all of the release', () => {
  const found = against(AGENT, 'intel-ept/6.16');
  const zap = found.find(({ line, kind }) => line === 167 && kind === 'zap')!;
  expect(historyOf(zap, steps)).toEqual({
    fits: 'intel-ept/6.7',
    span: 'Linux 6.7 to 6.10',
    changedIn: 'intel-ept/6.11.0',
    commits: ['0a7b73559b39'],
    isExact: true,
  });
});

test('An older version than the kernel is told what came later', () => {
  const [first] = against(AGENT, 'intel-ept/2.6.31').filter(({ kind }) => kind === 'zap');
  expect(historyOf(first, steps)).toMatchObject({ fits: expect.stringMatching(/^intel-ept\/4\.[234]/) });
});

test('What no release answers is unexplained', () => {
  const text = withLine(AGENT, 348, (line) => line.replace('0x508', '0x50a'));
  expect(against(text, 'intel-ept/6.6').map((divergence) => historyOf(divergence, steps))).toEqual([null]);
});
