/** Issues of a tracker: the same bucket has the same key for ever, and no text of others breaks out of its place. */
import { bucketIssue } from '../../../../harness/report/ci/issue.js';
import { runReport } from '../../../../harness/report/run-report.js';
import { DOCUMENT, FINDING } from '../hostile-run.js';

const run = runReport(DOCUMENT, [FINDING], 'summary.json');
const [hostile] = run.buckets;
const issueOf = (changed: Partial<typeof hostile>) => bucketIssue({ ...hostile, ...changed }, run, () => undefined);

test('The key of an issue is pinned: a later version that reckons it otherwise would open every issue anew', () => {
  expect(issueOf({ id: 'memtype-access~a~b' }).key).toBe('bc53fa46cd53');
  expect(issueOf({ id: 'memtype-access~a~c' }).key).not.toBe('bc53fa46cd53');
  expect(issueOf({ id: 'memtype-access~a~b', severity: 'none', count: 7, got: 'x' }).key).toBe('bc53fa46cd53');
});

test('A title is one line that a tracker takes, and ends with the key, whatever the names are', () => {
  for (const got of ['xen-hvm/npt', 'a\nb', 'x'.repeat(1000)]) {
    const { key, title } = issueOf({ got });
    expect(title.length).toBeLessThanOrEqual(255);
    expect(title).toMatch(/^[^\n]*$/);
    expect(title.endsWith(` [${key}]`)).toBe(true);
  }
});

test('A body shows the bucket and stays within what a tracker takes', () => {
  expect(issueOf({}).body).toContain(`Seen in ${hostile.count} of ${run.cases} cases of seed`);
  expect(issueOf({ replay: 'x'.repeat(100_000) }).body.length).toBeLessThan(65_536);
});

test('A scenario stands in a block of code that nothing in it can end', () => {
  const { body } = issueOf({ replay: 'a ``` b' });
  expect(body).toContain('\n````\na ``` b\n````\n');
});
