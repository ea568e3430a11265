/** A folder of regressions as tests of jest, or of any runner with its global `describe` and `test`. */
import type { Profile } from '../../models/contract/model.js';
import { changeLines } from './change-text.js';
import { readRegressions } from './regression-folder.js';
import { changesOf } from './replay.js';

interface TestRunner {
  describe(title: string, body: () => void): void;
  test(title: string, body: () => Promise<void>): void;
}

/**
 * One test a file of the folder: it fails with the diff of every answer that changed.
 * @throws {Error} outside a test runner
 * @throws {UsageError} for a file that is no regression, before any test runs
 */
export function describeCorpus(folder: string, profiles: readonly Profile[]): void {
  const { describe, test } = globalThis as unknown as Partial<TestRunner>;
  if (describe === undefined || test === undefined)
    throw new Error('describeCorpus: found no global describe and test, expected to be called in a file of tests');
  const files = readRegressions(folder);
  describe(`Regressions of ${folder}`, () => {
    // A runner fails a file without tests, which an empty corpus is no reason for.
    if (files.length === 0) test('holds none yet', async () => undefined);
    for (const { path, regression } of files) {
      test(regression.name, async () => {
        const lines = await changeLines(regression, changesOf(regression, profiles, path));
        if (lines.length > 0) throw new Error(`${path}: answers changed\n${lines.join('\n')}`);
      });
    }
  });
}
