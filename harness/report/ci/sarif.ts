/** A run as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"): a result per bucket, for code-scanning dashboards. */
import type { Severity } from '../../classify/severity.js';
import { partitionText } from '../../compare/partition.js';
import { visible } from '../../operations/visible.js';
import { citationText } from '../terminal/fuzz-summary.js';
import { caseText, knownText, severityText, sidesText } from '../bucket-text.js';
import { detail } from './junit.js';
import type { RuleLookup } from '../rule-lookup.js';
import { fileName } from '../run-folder.js';
import type { ReportBucket, RunReport } from '../run-report.js';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
const HOME = 'https://www.npmjs.com/package/emtdiff';

/** `level` of a result by severity. */
export const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  'machine-check': 'error',
  coherence: 'error',
  ordering: 'warning',
  'write-semantics': 'warning',
  architectural: 'warning',
  performance: 'note',
  none: 'note',
};

export function sarifReport(report: RunReport, lookup: RuleLookup): string {
  const ids = [...new Set(report.buckets.map(ruleOf))].sort();
  const run = {
    tool: {
      driver: {
        name: 'emtdiff',
        version: report.version,
        informationUri: HOME,
        rules: ids.map((id) => descriptor(id, lookup)),
      },
    },
    automationDetails: { id: `emtdiff/${report.seed}` },
    invocations: [
      {
        executionSuccessful: !report.interrupted && report.modelFaults.length === 0,
        toolExecutionNotifications: report.modelFaults.map(({ profile, message }) => ({
          level: 'error',
          message: { text: `model fault of ${visible(profile)}: ${visible(message)}` },
        })),
      },
    ],
    columnKind: 'utf16CodeUnits',
    results: report.buckets.map((bucket) => ({
      ...result(bucket, ids, lookup),
      ...(report.ledger !== null ? standing(bucket) : {}),
    })),
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

/** The rule that decided on the side that differs from what was expected. */
function ruleOf({ rules, id }: ReportBucket): string {
  return rules[1] ?? rules[0] ?? id;
}

function descriptor(id: string, lookup: RuleLookup): object {
  const rule = lookup(id);
  if (rule === undefined) return { id };
  return { id, shortDescription: { text: rule.sentence }, help: { text: `Source: ${citationText(rule.citation)}` } };
}

function result(bucket: ReportBucket, ids: readonly string[], lookup: RuleLookup): object {
  const { id, severity, partition, count } = bucket;
  const ruleId = ruleOf(bucket);
  const text = `${severityText(bucket)}: ${sidesText(bucket)}, ${caseText(bucket)}. ${partitionText(partition)}`;
  return {
    ruleId,
    ruleIndex: ids.indexOf(ruleId),
    level: LEVELS[severity],
    message: { text: `${visible(text)}\n\n${detail(bucket, lookup)}` },
    // Dashboards want a place: the finding's file, relative to the run folder.
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: `findings/${encodeURIComponent(`${fileName(id)}.json`)}` },
          region: { startLine: 1 },
        },
      },
    ],
    // The bucket is the cause: it stays the same from night to night, whatever the witness.
    partialFingerprints: { 'emtdiffBucket/v1': id },
    properties: { severity, lens: bucket.lens, operation: bucket.op, cases: count, replay: bucket.replay },
  };
}

/** What is known is not new to a dashboard, and what the ledger explains is accepted there, with the reason. */
function standing(bucket: ReportBucket): object {
  if (bucket.standing === 'new') return { baselineState: 'new' };
  const justification = bucket.known === null ? null : visible(knownText(bucket) ?? '');
  return {
    baselineState: 'unchanged',
    ...(justification === null ? {} : { suppressions: [{ kind: 'external', justification }] }),
  };
}
