/** A bucket in the words that all reports share. */
import { machineJson, oneLine } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';
import type { ReportBucket } from './report-bucket.js';
import { plural } from './plural.js';

export function caseText({ count, case: index }: Pick<ReportBucket, 'count' | 'case'>): string {
  return count === 0 ? `found while minimising case ${index}` : plural(count, 'case');
}

export function stepsText({ steps }: Scenario): string {
  return plural(steps.length, 'step');
}

export function machineText({ machine }: Scenario): string {
  const json = machineJson(machine);
  return Object.keys(json).length === 0 ? 'default' : oneLine(json);
}

/** `access`, `msr: write-msr`: the operation, and the lens unless it is the usual one. */
export function whereText({ lens, op }: Pick<ReportBucket, 'lens' | 'op'>): string {
  return lens === 'memtype' ? op : `${lens}: ${op}`;
}

/** A statement that a model breaks on its own has nobody against it. */
export function isOneSided({ expected, got }: Pick<ReportBucket, 'expected' | 'got'>): boolean {
  return expected === got;
}

export function sidesText(bucket: Pick<ReportBucket, 'expected' | 'got'>): string {
  return isOneSided(bucket) ? bucket.got : `${bucket.expected} against ${bucket.got}`;
}

/** Why nobody has to look at it tonight; null for a new bucket. */
export function knownText({ standing, known }: Pick<ReportBucket, 'standing' | 'known'>): string | null {
  if (known !== null) return `known to the ledger (${known.entry}): ${known.reason}`;
  return standing === 'baseline' ? 'in the baseline' : null;
}

/** Members of the group whose answer that rule decided; empty where they need not be named, or the finding's file is missing. */
export function deciders({ observations, step }: ReportBucket, group: readonly string[], id: string): readonly string[] {
  return group.length < 2 ? [] : group.filter((name) => observations?.[name]?.[step]?.rule === id);
}
