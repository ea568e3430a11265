import { closeNames } from '../../../harness/operations/close-name.js';
import { knownProfile } from '../../../harness/cli/known-profile.js';
import type { Profile } from '../../../models/contract/model.js';

const NAMES = ['bare-metal/intel', 'bare-metal/amd', 'intel-ept/6.6', 'intel-ept/6.16', 'xen-hvm/npt'];
const profiles = NAMES.map((name) => ({ name }) as Profile);

describe('a profile that the user names', () => {
  test('is the one of that name', () => {
    expect(knownProfile('intel-ept/6.6', profiles)).toBe(profiles[2]);
  });

  test('is bad usage if there is none of that name, and the nearest ones are said', () => {
    expect(() => knownProfile('intel-ept/6.17', profiles)).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message:
          'found the profile "intel-ept/6.17", expected one that emtdiff models lists; close to it: intel-ept/6.16 intel-ept/6.6',
      }),
    );
  });

  test.each([
    ['bare-metal/intl', ['bare-metal/intel', 'bare-metal/amd']],
    ['NPT', ['xen-hvm/npt']],
    ['6.', ['intel-ept/6.6', 'intel-ept/6.16']],
  ])('%s is close to %j', (name, close) => expect(closeNames(name, NAMES)).toEqual(close));
});
