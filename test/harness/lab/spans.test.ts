import { PROFILES } from '../../../models/registry.js';
import { releaseNumber, spansHeader, spansOf } from '../../../harness/lab/spans.js';

/** As the agent chooses: the last row of its mode that holds the release. */
function profileOf(mode: string, release: string): string | undefined {
  const number = releaseNumber(release, 'first');
  return spansOf(PROFILES)
    .filter((span) => span.mode === mode && span.from <= number && number <= span.to)
    .at(-1)?.profile;
}

test.each([
  ['ept', '6.1.192', 'intel-ept/6.6'],
  ['ept', '6.6.0', 'intel-ept/6.6'],
  ['ept', '6.7.3', 'intel-ept/6.7'],
  ['ept', '6.10.14', 'intel-ept/6.7'],
  ['ept', '4.2.2', 'intel-ept/4.2-full-mtrr'],
  ['ept', '6.12.118', 'intel-ept/6.16'],
  ['ept', '6.12.20', 'intel-ept/6.12'],
])('%s of Linux %s claims %s', (mode, release, profile) => {
  expect(profileOf(mode, release)).toBe(profile);
});

test('A last release takes its stable releases in, a candidate comes before its release', () => {
  expect(releaseNumber('6.15', 'last')).toBe(6_015_999);
  expect(releaseNumber('6.15', 'first')).toBe(6_015_000);
  expect(releaseNumber('4.3-rc1', 'first')).toBe(4_003_000);
  expect(releaseNumber('4.3-rc3', 'last')).toBe(4_002_999);
  expect(releaseNumber('6.12.y', 'last')).toBe(6_012_999);
});

test('Patches that no release has are in no row', () => {
  expect(spansHeader(PROFILES)).not.toContain('wc-mmio');
  expect(spansHeader(PROFILES)).toContain('"intel-ept/6.6" },');
});
