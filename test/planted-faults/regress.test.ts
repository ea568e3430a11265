import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PLANTED_LINES } from './planted-lines.js';

jest.setTimeout(120_000);

const ROOT = join(__dirname, '../..');

interface Found {
  readonly profile: string;
  readonly rules: readonly (string | null)[];
}

describe('A bug of one line', () => {
  let found: readonly (Found | null)[];
  beforeAll(() => {
    const input = JSON.stringify({ dist: join(ROOT, 'dist'), answers: join(ROOT, 'corpora/conformance'), lines: PLANTED_LINES });
    const { stdout, stderr } = spawnSync(process.execPath, [join(__dirname, 'regress-planted.mjs')], { input, encoding: 'utf8' });
    expect(stderr).toBe('');
    found = JSON.parse(stdout);
  });

  test.each(PLANTED_LINES.map(({ bug, family }, index) => [bug, family, index] as const))(
    '%s in %s fails emtdiff regress, which names a profile and a rule',
    (_, family, index) => {
      expect(found[index]?.profile).toMatch(new RegExp(`^${family}/`));
      expect(found[index]?.rules.some((rule) => rule?.startsWith(`${family}.`))).toBe(true);
    },
  );

  test('is planted in every folder of models that has recorded answers', () => {
    expect([...new Set(PLANTED_LINES.map(({ family }) => family))].sort()).toEqual([
      'amd-npt',
      'bare-metal',
      'intel-ept',
      'nested',
      'nested-svm',
      'nested-vmx',
      'sev-snp',
      'shadow-paging',
      'sw-protected',
      'tdx',
      'xen-hvm',
    ]);
  });
});
