/** What makes a campaign fail: what `--fail-on` and `failOn` name. */
export const FAIL_ON = ['new', 'unreviewed', 'correctness', 'any', 'none'] as const;
export type FailOn = (typeof FAIL_ON)[number];
