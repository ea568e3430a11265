/** The hostile run as a ledger and a baseline would have it: two new buckets, one stored, one explained. */
import { DOCUMENT, HOSTILE } from './hostile-run.js';

const [MILD, WORSE] = DOCUMENT.buckets;
const KNOWN = { entry: 'an-entry', reason: `Accepted since 6.6. ${HOSTILE}` };
export const JUDGED = {
  ...DOCUMENT,
  ledger: { new: 1, known: 1 },
  buckets: [
    { ...WORSE, id: 'known', known: KNOWN },
    { ...WORSE, id: 'stored', baseline: true },
    { ...WORSE, id: 'fresh', severity: 'ordering' },
    { ...MILD, id: 'fresh-and-mild' },
  ],
  timing: { seconds: 9, casesPerSecond: 2, progress: [{ shard: '0/1', points: [[1, 64, 3]] }] },
};
