/** A run as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"): a result per cause, for code-scanning dashboards. */
import type { Severity } from '../../classify/severity.js';
import { partitionText } from '../../compare/partition.js';
import { visible } from '../../operations/visible.js';
import { caseText, detailLines, knownText, severityText, sidesText } from '../bucket-text.js';
import { plural } from '../plural.js';
import { type RuleLookup, ruleInWords } from '../rule-lookup.js';
import { findingFileName } from '../run-folder.js';
import type { ReportCause, RunReport } from '../run-report.js';
import { changedText, movedTexts, unreviewedText } from '../verdict.js';

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
  const { causes, modelFaults, ledger } = report;
  const changed = changedText(ledger);
  const unreviewed = unreviewedText(ledger);
  const run = {
    tool: {
      driver: {
        name: 'emtdiff',
        version: report.version,
        informationUri: HOME,
        rules: causes.map((cause) => descriptor(cause, lookup)),
      },
    },
    automationDetails: { id: `emtdiff/${report.seed}` },
    invocations: [
      {
        executionSuccessful: !report.interrupted && !report.incomplete && modelFaults.length === 0,
        toolExecutionNotifications: [
          ...(changed === null
            ? []
            : [{ level: 'error', message: { text: [changed, ...movedTexts(ledger)].map(visible).join('\n') } }]),
          ...(unreviewed === null ? [] : [{ level: 'note', message: { text: unreviewed } }]),
          ...modelFaults.map(({ profile, message }) => ({
            level: 'error',
            message: { text: `model fault of ${visible(profile)}: ${visible(message)}` },
          })),
        ],
      },
    ],
    columnKind: 'utf16CodeUnits',
    results: causes.map((cause, index) => ({ ...result(cause, index, lookup), ...(ledger === null ? {} : standing(cause)) })),
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

/** A cause is what a dashboard calls a rule: the same from night to night. */
function descriptor({ id, title, rules }: ReportCause, lookup: RuleLookup): object {
  const help = rules.map((rule) => visible(ruleInWords(rule, lookup))).join('\n');
  return { id: visible(id), shortDescription: { text: visible(title) }, ...(help === '' ? {} : { help: { text: help } }) };
}

function result(cause: ReportCause, index: number, lookup: RuleLookup): object {
  const { id, title, severity, buckets } = cause;
  const [witness] = buckets;
  const seen = `${severityText(witness)}: ${sidesText(witness)}, ${caseText(witness)}. ${partitionText(witness.partition)}`;
  const lines = [`${title}: ${plural(buckets.length, 'bucket')}`, '', seen, ...detailLines(witness, lookup)];
  return {
    ruleId: visible(id),
    ruleIndex: index,
    level: LEVELS[severity],
    message: { text: lines.map(visible).join('\n') },
    // Dashboards want a place: the finding's file, relative to the run folder.
    locations: [location(witness.id)],
    ...(buckets.length === 1 ? {} : { relatedLocations: buckets.slice(1).map((bucket) => location(bucket.id)) }),
    partialFingerprints: { 'emtdiffCause/v1': id },
    properties: {
      severity,
      lens: witness.lens,
      operation: witness.op,
      cases: buckets.reduce((sum, { count }) => sum + count, 0),
      buckets: buckets.map((bucket) => bucket.id),
      replay: witness.replay,
    },
  };
}

function location(bucket: string): object {
  // A lone surrogate has no place in a URI.
  const name = encodeURIComponent(`${findingFileName(bucket)}.json`.replace(/\p{Cs}/gu, '\ufffd'));
  return { physicalLocation: { artifactLocation: { uri: `findings/${name}` }, region: { startLine: 1 } } };
}

/** What is known is not new to a dashboard, and what the ledger explains is accepted there, with the reason. */
function standing({ standing: own, buckets }: ReportCause): object {
  if (own !== 'known') return { baselineState: own === 'new' ? 'new' : 'updated' };
  const isExplained = buckets.every(({ known }) => known !== null);
  const justification = visible(knownText(buckets[0]) ?? '');
  return { baselineState: 'unchanged', ...(isExplained ? { suppressions: [{ kind: 'external', justification }] } : {}) };
}
