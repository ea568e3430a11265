import { join } from 'node:path';
import { emtdiff } from '../harness/cli/command.js';

jest.setTimeout(120_000);

/** Fewer than the thousand within which each has to be found. */
const CASES = 250;
const PROFILE = 'bare-metal/intel';
const quoted = (text: string) => `'${text}'`;

describe('An external model that claims to be a profile and stays silent', () => {
  test.each(['all n/a', 'all undefined', 'n/a instead of #GP', 'a fixed type for each undefined', 'every operation n/a'])(
    'is found within a thousand cases: %s',
    (kind) => {
      const command = [process.execPath, join(__dirname, 'silent.mjs'), PROFILE, kind].map(quoted).join(' ');
      const { code, stdout, stderr } = emtdiff([
        'fuzz',
        '--models',
        PROFILE,
        '--external',
        `silent=${command}`,
        '--cases',
        String(CASES),
        '--seed',
        'silence',
        '--fail-on',
        'new',
        '--format',
        'json',
        '--external-timeout',
        '60s',
      ]);
      expect([code, stderr]).toEqual([1, expect.any(String)]);
      const { buckets, modelFaults } = JSON.parse(stdout);
      expect(modelFaults).toEqual([]);
      expect(buckets.map(({ got }: { got: string }) => got)).toContain('silent');
    },
  );
});
