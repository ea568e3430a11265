/** Summaries that somebody edited, or that another program wrote: what is wrong is named, nothing is guessed. */
import { UsageError } from '../../../harness/operations/usage-error.js';
import { runReport } from '../../../harness/report/run-report.js';
import { DOCUMENT, FINDING } from './hostile-run.js';
import { realRun } from './real-run.js';

const [MILD, WORSE] = DOCUMENT.buckets;
const said = (document: unknown, findings: readonly unknown[] = [FINDING]) => {
  try {
    return runReport(document, findings, 's.json');
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
};
const bucket = (change: object) => ({ ...DOCUMENT, buckets: [{ ...WORSE, ...change }] });

test.each([
  [{ ...DOCUMENT, cases: Number.POSITIVE_INFINITY }, '$.cases: found null, expected a whole number of at least 0'],
  [{ ...DOCUMENT, interrupted: 'yes' }, '$.interrupted: found "yes", expected true or false'],
  [{ ...DOCUMENT, bucktes: [] }, '$: found the unknown key "bucktes", expected only the keys format version'],
  [
    { ...DOCUMENT, format: 'emtdiff-fuzz/7' },
    '$.format: found "emtdiff-fuzz/7", written by a newer emtdiff, expected "emtdiff-fuzz/1"',
  ],
  [{ ...DOCUMENT, buckets: [MILD, MILD] }, '$.buckets[1]: found the bucket "memtype-access~a~c" a second time (first at [0])'],
  [{ ...DOCUMENT, causes: [{ ...WORSE }] }, '$.causes[0]: found the unknown key "lens"'],
  [
    bucket({ lens: 'memtpye' }),
    '$.buckets[0].lens: found "memtpye", expected one of memtype msr level private exact cost invariant; did you mean "memtype"?',
  ],
  [bucket({ step: { op: 'acess', index: 2 } }), '$.buckets[0].step.op: found "acess", expected one of'],
  [
    bucket({ step: { op: 'access', index: 1_000_000 } }),
    '$.buckets[0].step.index: found 1000000, expected a step of the scenario, which has 3',
  ],
  [bucket({ step: { op: 'access', index: 3 } }), '$.buckets[0].step.index: found 3, expected a step of the scenario'],
  [bucket({ step: { op: 'access', index: 0.5 } }), '$.buckets[0].step.index: found 0.5, expected a whole number'],
  [bucket({ class: 'zz' }), '$.buckets[0].class: found "zz", expected one of unsafe-host'],
  [bucket({ severity: 'bad' }), '$.buckets[0].severity: found "bad", expected one of machine-check'],
  [bucket({ got: 'nobody' }), '$.buckets[0]: found "nobody", expected only profiles of the run'],
  [bucket({ baseline: 'zz' }), '$.buckets[0].baseline: found "zz", expected true or false'],
  [bucket({ answers: [{ outcome: 'okay' }] }), '$.buckets[0].answers[0].outcome: found "okay", expected one of ok'],
])('A summary with a mistake is refused: %#', (document, sentence) => {
  expect(said(JSON.parse(JSON.stringify(document)))).toContain(`s.json: ${sentence}`);
});

test.each([
  [[], 'finding 0: $: found [], expected an object'],
  [{ ...FINDING, format: 'emtdiff-finding/2' }, 'finding 0: $.format: found "emtdiff-finding/2", written by a newer emtdiff'],
  [{ ...FINDING, format: 'emtdiff-scenario/1' }, 'finding 0: $.format: found "emtdiff-scenario/1", expected "emtdiff-finding/1"'],
  [{ ...FINDING, bucket: undefined }, 'finding 0: $.bucket: found nothing, expected an object'],
  [{ ...FINDING, observations: { a: [{ outcome: 'ok' }] } }, 'expected an array of 3 answers, one a step'],
  [{ ...FINDING, replay: 7 }, 'finding 0: $.replay: found 7, expected a text'],
])('A file beside the summary that is no finding is refused: %#', (finding, sentence) => {
  expect(said(DOCUMENT, [finding])).toContain(sentence);
});

test('What a campaign writes is taken, its causes joined with their buckets, each bucket in one of them', async () => {
  const { document, findings } = await realRun();
  const { causes, buckets } = runReport(document, findings, 's.json');
  expect(causes.length).toBeGreaterThan(3);
  expect(causes.length).toBeLessThan(buckets.length);
  expect(new Set(causes.map(({ title }) => title)).size).toBe(causes.length);
  expect(causes.flatMap((cause) => cause.buckets.map(({ id }) => id)).sort()).toEqual(buckets.map(({ id }) => id).sort());
});
