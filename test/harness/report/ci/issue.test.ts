/** Issues of a tracker: the same cause has the same key for ever, and no text of others breaks out of its place. */
import { causeIssue } from '../../../../harness/report/ci/issue.js';
import { runReport } from '../../../../harness/report/run-report.js';
import { DOCUMENT, FINDING } from '../hostile-run.js';

const run = runReport(DOCUMENT, [FINDING], 'summary.json');
const [hostile] = run.causes;
const issueOf = (changed: Partial<typeof hostile>) => causeIssue({ ...hostile, ...changed }, run, () => undefined);

test('The key of an issue is pinned: a later version that reckons it otherwise would open every issue anew', () => {
  expect(issueOf({ id: 'memtype-access~a~b' }).key).toBe('bc53fa46cd53');
  expect(issueOf({ id: 'memtype-access~a~c' }).key).not.toBe('bc53fa46cd53');
  expect(issueOf({ id: 'memtype-access~a~b', severity: 'none', title: 'x', profiles: [] }).key).toBe('bc53fa46cd53');
});

test('A title is one line that a tracker takes, and ends with the key, whatever the names are', () => {
  for (const title of ['xen-hvm/npt', 'a\nb', 'x'.repeat(1000)]) {
    const { key, title: line } = issueOf({ title });
    expect(line.length).toBeLessThanOrEqual(255);
    expect(line).toMatch(/^[^\n]*$/);
    expect(line.endsWith(` [${key}]`)).toBe(true);
  }
});

test('A body shows the bucket and stays within what a tracker takes', () => {
  expect(issueOf({}).body).toContain(`Seen ${hostile.buckets[0].count} times in ${run.cases} cases of seed`);
  expect(issueOf({ buckets: [{ ...hostile.buckets[0], replay: 'x'.repeat(100_000) }] }).body.length).toBeLessThan(65_536);
});

test('A scenario stands in a block of code that nothing in it can end', () => {
  const { body } = issueOf({ buckets: [{ ...hostile.buckets[0], replay: 'a ``` b' }] });
  expect(body).toContain('\n````\na ``` b\n````\n');
});
