/** Releases as data: what the text says, what a release is before and after, which releases a version stands for. */
import { compareReleases, coversRelease, range, releases, releasesText, unmerged } from '../../../models/contract/release.js';

test.each([
  ['Linux', ['2.6.31 to about 3.12'], 'Linux 2.6.31 to about 3.12'],
  ['Linux', ['4.2.0 to 4.2.3', '4.3-rc1 to 4.3-rc3'], 'Linux 4.2.0 to 4.2.3, 4.3-rc1 to 4.3-rc3'],
  ['Linux', ['6.11.0'], 'Linux 6.11.0'],
  ['Xen', ['about 4.14 and later'], 'Xen about 4.14 and later'],
])('releases of %s in %j print as they are written', (product, ranges, text) => {
  expect(releasesText(releases(product, ...ranges))).toBe(text);
});

test('a remark ends the text, in brackets or after a comma, and is all that a patch without release has', () => {
  const linux = releases('Linux', '6.16 to 6.19');
  expect(releasesText({ ...linux, remark: 'kvm_intel with ept=0' })).toBe('Linux 6.16 to 6.19, kvm_intel with ept=0');
  expect(releasesText({ ...linux, remark: '(MSR validity from 6.17)' })).toBe('Linux 6.16 to 6.19 (MSR validity from 6.17)');
  expect(releasesText(unmerged('KVM list, March 2024'))).toBe('unmerged: KVM list, March 2024');
});

test.each(['to 6.16', '6.16 6.17', '6.16 to', ''])('%j is no range of releases', (text) => {
  expect(() => range(text)).toThrow(RangeError);
});

test('releases follow one another by their numbers, candidates before their release', () => {
  const ordered = ['2.6.9', '2.6.29-rc2', '2.6.29-rc10', '2.6.29', '4.2', '4.2.3', '4.10', '6.12.78', '6.12.y', '6.13-rc1', '6.13'];
  for (let i = 0; i < ordered.length; i++) {
    for (let j = 0; j < ordered.length; j++) {
      expect([ordered[i], ordered[j], compareReleases(ordered[i], ordered[j])]).toEqual([ordered[i], ordered[j], Math.sign(i - j)]);
    }
  }
  expect(compareReleases('6.11', '6.11.0')).toBe(0);
});

test.each([
  ['4.4 to about 4.15', ['4.4', '4.4.302', '4.9', '4.15', '4.15.18'], ['4.3', '4.4-rc1', '4.16-rc1', '5.15']],
  ['4.2.0 to 4.2.3', ['4.2', '4.2.3'], ['4.2.4', '4.3']],
  ['about 6.12.78 to 6.12.y', ['6.12.78', '6.12.200'], ['6.12.77', '6.13-rc1']],
  ['4.14 and later', ['4.14', '7.2'], ['4.13.9']],
])('%s covers its bounds, patches of its last release and nothing else', (text, inside, outside) => {
  const linux = releases('Linux', text);
  expect(inside.filter((release) => !coversRelease(linux, release))).toEqual([]);
  expect(outside.filter((release) => coversRelease(linux, release))).toEqual([]);
});
