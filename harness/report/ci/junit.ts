/**
 * A run as JUnit XML: a group per cause, a case per bucket in it, failing where it is not known and worse than performance, skipped
 * where it is known; a model's fault is an error.
 */
import { rankOf, WORST_TOLERABLE } from '../../classify/severity.js';
import { partitionText } from '../../compare/partition.js';
import { caseText, detailLines, knownText, severityText, sidesText } from '../bucket-text.js';
import type { RuleLookup } from '../rule-lookup.js';
import type { ModelFaultText, ReportBucket, ReportCause, RunReport } from '../run-report.js';
import { changedText, movedTexts, unreviewedText } from '../verdict.js';
import { type JunitCase, junitDocument } from './junit-document.js';

export function junitReport(report: RunReport, lookup: RuleLookup): string {
  const { causes, modelFaults, seed, timing, ledger } = report;
  const cases = [
    ...changedCases(ledger),
    ...unreviewedCases(ledger),
    ...causes.flatMap((cause) => cause.buckets.map((bucket) => bucketCase(bucket, cause, lookup))),
    ...modelFaults.map(faultCase),
  ];
  return junitDocument(`emtdiff seed ${seed}`, cases, timing?.seconds);
}

function bucketCase(bucket: ReportBucket, { title }: ReportCause, lookup: RuleLookup): JunitCase {
  const { id, severity, partition, standing } = bucket;
  const message = `${severityText(bucket)}: ${sidesText(bucket)}, ${caseText(bucket)}: ${partitionText(partition)}`;
  const lines = detailLines(bucket, lookup);
  const known = knownText(bucket);
  if (standing !== 'known' && rankOf(severity) < rankOf(WORST_TOLERABLE))
    return { group: title, name: id, outcome: { kind: 'failed', type: severity, message }, lines };
  return {
    group: title,
    name: id,
    outcome: known === null ? { kind: 'passed' } : { kind: 'skipped', reason: known },
    lines: [message, ...lines],
  };
}

/** Heads the report: what was known and is so no longer: who moved, then and now. */
function changedCases(ledger: RunReport['ledger']): JunitCase[] {
  const reason = changedText(ledger);
  return reason === null || ledger === null
    ? []
    : [
        {
          group: 'ledger',
          name: 'known divergences',
          outcome: { kind: 'failed', type: 'changed', message: reason },
          lines: [...movedTexts(ledger), ...ledger.notShown],
        },
      ];
}

function unreviewedCases(ledger: RunReport['ledger']): JunitCase[] {
  const reason = unreviewedText(ledger);
  return reason === null || ledger === null
    ? []
    : [{ group: 'ledger', name: 'review', outcome: { kind: 'skipped', reason }, lines: ledger.unreviewed }];
}

function faultCase({ profile, case: index, message }: ModelFaultText): JunitCase {
  const where = index < 0 ? 'while minimising' : `case ${index}`;
  return { group: profile, name: `model fault, ${where}`, outcome: { kind: 'error', type: 'model-fault', message }, lines: [] };
}
