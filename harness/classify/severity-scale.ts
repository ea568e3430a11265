/** The scale of severities. */

/** Worst first. */
export const SEVERITIES = [
  'machine-check',
  'coherence',
  'ordering',
  'write-semantics',
  'architectural',
  'performance',
  'none',
] as const;
export type Severity = (typeof SEVERITIES)[number];
