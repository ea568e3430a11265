import { join } from 'node:path';
import { describeCorpus } from '../../harness/describe-corpus.js';

describeCorpus(join(__dirname, '../../corpora/regressions'));
