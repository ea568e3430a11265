import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeCorpus } from '../../../harness/regressions/describe-corpus.js';
import { PROFILES } from '../../../models/registry.js';

const shipped = join(__dirname, '../../../corpora/regressions/kvm-ept-ignores-guest-pat.json');

/** The tests that a corpus makes, run by hand. */
function testsOf(folder: string): Map<string, () => Promise<void>> {
  const made = new Map<string, () => Promise<void>>();
  const own = globalThis as unknown as Record<string, unknown>;
  const { describe: realDescribe, test: realTest } = own;
  own.describe = (_: string, body: () => void) => body();
  own.test = (title: string, body: () => Promise<void>) => made.set(title, body);
  try {
    describeCorpus(folder, PROFILES);
  } finally {
    own.describe = realDescribe;
    own.test = realTest;
  }
  return made;
}

describe('A corpus as tests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'emtdiff-corpus-'));

  test('holds one test a file, which passes while the answers are what they were', async () => {
    writeFileSync(join(folder, 'a.json'), readFileSync(shipped));
    const made = testsOf(folder);
    expect([...made.keys()]).toEqual(['kvm-ept-ignores-guest-pat']);
    await expect(made.get('kvm-ept-ignores-guest-pat')?.()).resolves.toBeUndefined();
  });

  test('fails with the diff where an answer changed', async () => {
    writeFileSync(join(folder, 'a.json'), readFileSync(shipped, 'utf8').replace('"leaf": "WB+ipat"', '"leaf": "WB"'));
    await expect(testsOf(folder).get('kvm-ept-ignores-guest-pat')?.()).rejects.toThrow(
      /answers changed\n {2}intel-ept\/6\.16[\s\S]*WB\+ipat/,
    );
  });
});
