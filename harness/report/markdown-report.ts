/** A run as Markdown that also reads as plain text: for a job's summary, a mail, an issue. */
import { SEVERITIES } from '../classify/severity.js';
import { stepInWords } from '../operations/registry.js';
import { answerText, plainText } from './answer-text.js';
import { caseText, machineText, stepsText } from './html-bucket.js';
import { percent } from './html-report.js';
import { ruleInWords, type RuleLookup } from './rule-lookup.js';
import type { ReportBucket, RunReport } from './run-report.js';

/** Buckets in full; a job's summary holds 1 MiB. */
const MOST_IN_FULL = 20;
const MOST_LISTED = 500;

export function markdownReport(report: RunReport, lookup: RuleLookup): string {
  const { seed, cases, steps, buckets, health, profiles, interrupted, unreachedRules } = report;
  const listed = buckets.slice(0, MOST_LISTED);
  const lines = [
    `# emtdiff: ${buckets.length} buckets`,
    '',
    `- seed ${code(seed)}, ${cases} cases, ${steps} steps${interrupted ? ' (interrupted)' : ''}`,
    `- profiles: ${profiles.map(code).join(', ')}`,
    `- health: ${percent(health.faultingWrites)} of MSR writes fault, ${percent(health.mappedAccesses)} of accesses hit memory`,
    `- rules never reached: ${unreachedRules.length}`,
    ...severities(report),
    ...report.modelFaults.map(({ profile, message }) => `- MODEL FAULT ${code(profile)}: ${code(message)}`),
    '',
    ...(buckets.length === 0 ? [] : ['| severity | step | expected | got | cases | bucket |', '|---|---|---|---|---:|---|']),
    ...listed.map(row),
    ...(buckets.length > listed.length ? ['', `and ${buckets.length - listed.length} more.`] : []),
    ...buckets.slice(0, MOST_IN_FULL).flatMap((bucket) => ['', ...bucketSection(bucket, lookup)]),
  ];
  return `${lines.join('\n')}\n`;
}

function severities({ buckets }: RunReport): string[] {
  const counts = SEVERITIES.map((severity) => ({
    severity,
    count: buckets.filter((bucket) => bucket.severity === severity).length,
  }));
  return counts.filter(({ count }) => count > 0).map(({ severity, count }) => `- ${severity}: ${count}`);
}

function row({ severity, lens, op, expected, got, count, id }: ReportBucket): string {
  const cells = [severity, lens === 'memtype' ? op : `${lens} ${op}`, code(expected), code(got), `${count}`, code(id)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** A bucket in full, under a heading of the second level. */
export function bucketSection(bucket: ReportBucket, lookup: RuleLookup): string[] {
  const { id, severity, scenario, step, partition, answers, groupRules, replay } = bucket;
  const groups = partition.flatMap((group, index) => [
    `- ${answers[index] === undefined ? '' : `${prose(answerText(answers[index]))}: `}${group.map(code).join(', ')}`,
    ...(groupRules[index] ?? []).map((rule) => `  - ${prose(ruleInWords(rule, lookup))}`),
  ]);
  return [
    `## ${severity}: ${code(id)}`,
    '',
    `${caseText(bucket)}, ${stepsText(scenario)}`,
    '',
    ...groups,
    '',
    ...fenced([
      `machine ${machineText(scenario)}`,
      ...scenario.steps.map((operation, index) => `${index === step ? '>' : ' '} ${index}  ${stepInWords(operation)}`),
    ]),
    '',
    ...fenced([replay]),
  ];
}

/** A code span around any text: its fence is longer than any run of backticks inside. */
export function code(text: string): string {
  const plain = plainText(text);
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${plain}${fence}` : `${fence} ${plain} ${fence}`;
}

/** A code block: its fence is longer than any run of backticks inside, so that no text can end it. After a list, indenting makes none. */
function fenced(lines: readonly string[]): string[] {
  const plain = lines.map(plainText);
  const longest = Math.max(2, ...plain.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [fence, ...plain, fence];
}

/** Text as text: what Markdown or HTML would read as markup is escaped, names with underscores stay readable. */
export function prose(text: string): string {
  return plainText(text)
    .replace(/[\\`*[\]<>|~]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/@(?=\w)/g, '@\u200b')
    .replace(/\b_|_\b/g, '\\_');
}
