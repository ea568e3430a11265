/** A corpus of regressions as tests of users, against the profiles of this package. */
import { describeCorpus as describeCorpusOf } from './regressions/describe-corpus.js';
import { PROFILES } from '../models/registry.js';

/**
 * One test a file of the folder: it fails with the diff of every answer that changed. Called in a file of tests with a global `describe`
 * and `test` (jest).
 * @throws {UsageError} for a file that is no regression
 */
export function describeCorpus(folder: string): void {
  describeCorpusOf(folder, PROFILES);
}
