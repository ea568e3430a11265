/** A run as JUnit XML: a case per bucket, failing where it is new and worse than performance, skipped where it is known; a model's fault is an error. */
import { rankOf, WORST_TOLERABLE } from '../../classify/severity.js';
import { stepInWords } from '../../operations/registry.js';
import { partitionText } from '../../compare/partition.js';
import { caseText, knownText, machineText, severityText, sidesText, statementText } from '../bucket-text.js';
import { escaped } from '../html/markup.js';
import { ruleInWords, type RuleLookup } from '../rule-lookup.js';
import type { ModelFaultText, ReportBucket, RunReport } from '../run-report.js';

export function junitReport(report: RunReport, lookup: RuleLookup): string {
  const { buckets, modelFaults, seed, timing } = report;
  const failures = buckets.filter(isFailure).length;
  const skipped = buckets.filter((bucket) => knownText(bucket) !== null).length;
  const totals = `tests="${buckets.length + modelFaults.length}" failures="${failures}" errors="${modelFaults.length}" time="${timing?.seconds ?? 0}"`;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="emtdiff" ${totals}>`,
    `  <testsuite name="${xml(`emtdiff seed ${seed}`)}" ${totals} skipped="${skipped}">`,
    ...buckets.map((bucket) => bucketCase(bucket, lookup)),
    ...modelFaults.map(faultCase),
    '  </testsuite>',
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function isFailure({ severity, standing }: ReportBucket): boolean {
  return standing === 'new' && rankOf(severity) < rankOf(WORST_TOLERABLE);
}

function bucketCase(bucket: ReportBucket, lookup: RuleLookup): string {
  const { id, severity, expected, got, partition, invariant } = bucket;
  const message = `${severityText(bucket)}: ${sidesText(bucket)}, ${caseText(bucket)}: ${partitionText(partition)}`;
  const known = knownText(bucket);
  const text = xml(detail(bucket, lookup));
  const inner = isFailure(bucket)
    ? `<failure type="${xml(severity)}" message="${xml(message)}">${text}</failure>`
    : `${known === null ? '' : `<skipped>${xml(known)}</skipped>`}<system-out>${xml(message)}\n${text}</system-out>`;
  return `    <testcase classname="${xml(invariant === null ? `${expected} vs ${got}` : got)}" name="${xml(id)}" time="0">${inner}</testcase>`;
}

/** Rules, the minimal scenario and the command that replays its case, as lines. */
export function detail(bucket: ReportBucket, lookup: RuleLookup): string {
  const { rules, scenario, step, replay } = bucket;
  const statement = statementText(bucket);
  const said = rules.map((rule, side) => `${side === 0 ? 'expected' : 'got'}: ${ruleInWords(rule, lookup)}`);
  const lines = [
    ...(statement === null ? said : [`breaks ${statement}`, ...said.slice(1)]),
    `machine ${machineText(scenario)}`,
    ...scenario.steps.map((operation, index) => `${index === step ? '>' : ' '} ${index}  ${stepInWords(operation)}`),
    replay,
  ];
  return lines.map((line) => line.replaceAll('\n', ' ')).join('\n');
}

function faultCase({ profile, case: index, message }: ModelFaultText): string {
  const where = index < 0 ? 'while minimising' : `case ${index}`;
  return `    <testcase classname="${xml(profile)}" name="${xml(`model fault, ${where}`)}" time="0"><error type="model-fault" message="${xml(message.replaceAll('\n', ' '))}"/></testcase>`;
}

/** Escaped, and without what XML 1.0 has no way to write: lone surrogates and non-characters. */
export function xml(text: string): string {
  return escaped(text.replace(/[\p{Cs}\ufffe\uffff]/gu, '\ufffd'));
}
