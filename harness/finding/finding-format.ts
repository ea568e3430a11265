/** Format of a finding's file; what is in it: report/finding-file.ts. */
export const FINDING_FORMAT = 'emtdiff-finding/1';
