/** A run as Markdown that also reads as plain text: for a job's summary, a mail, an issue. Lines are short enough for a mail. */
import { SEVERITIES } from '../../classify/severity.js';
import { stepInWords } from '../../operations/registry.js';
import { visible } from '../../operations/visible.js';
import { printScenario } from '../../scenario/print.js';
import type { Scenario } from '../../scenario/scenario.js';
import { answerText } from '../answer-text.js';
import { caseText, conductText, deciders, machineText, severityText, statementText, stepsText, whereText } from '../bucket-text.js';
import { percent } from '../amount-text.js';
import { curveText } from '../curve-text.js';
import { plural } from '../plural.js';
import { ruleInWords, type RuleLookup } from '../rule-lookup.js';
import type { ReportBucket, ReportCause, RunReport } from '../run-report.js';
import { wrapped } from '../wrapped.js';
import { changedText, movedTexts, reportVerdict, unreviewedText } from '../verdict.js';

/** Causes in full, and in a line; a job's summary holds 1 MiB. */
const MOST_IN_FULL = 20;
const MOST_LISTED = 500;
/** Other buckets of a cause that are named. */
const MOST_BUCKETS = 20;
/** Columns. Only a name without a space can be longer. */
const WIDTH = 96;

export function markdownReport(report: RunReport, lookup: RuleLookup): string {
  const { causes, ledger } = report;
  const changed = changedText(ledger);
  const told = causes.filter(({ standing }) => standing !== 'known');
  const full = told.slice(0, MOST_IN_FULL);
  const listed = told.slice(MOST_IN_FULL, MOST_LISTED);
  const rest = told.length - full.length - listed.length;
  const lines = [
    `# emtdiff: ${reportVerdict(report)}`,
    '',
    ...(changed === null
      ? []
      : [...proseLines(`**${prose(changed)}**`, '', ''), '', ...movedTexts(ledger).flatMap(movedLines), '']),
    ...facts(report),
    ...full.flatMap((cause) => ['', `## ${cause.severity}: ${prose(cause.title)}`, '', ...causeSection(cause, lookup)]),
    ...(listed.length === 0 ? [] : ['', `## ${plural(listed.length, 'more cause')}`, '', ...listed.flatMap(listLines)]),
    ...(rest === 0 ? [] : ['', `and ${rest} more in the run folder.`]),
  ];
  return `${lines.join('\n')}\n`;
}

function movedLines(text: string): string[] {
  return proseLines(prose(text), '- ', '  ');
}

function facts(report: RunReport): string[] {
  const { seed, cases, steps, timing, buckets, health, profiles, unreachedRules } = report;
  const unreviewed = unreviewedText(report.ledger);
  const time = timing === null ? '' : `, ${Math.round(timing.seconds)} s`;
  const ended = timing?.ended === undefined ? '' : `, ended ${prose(timing.ended)}`;
  const counts = SEVERITIES.map((severity) => `${buckets.filter((bucket) => bucket.severity === severity).length} ${severity}`);
  const curves = timing?.progress ?? [];
  return [
    `seed ${code(seed)}, ${plural(cases, 'case')}, ${plural(steps, 'step')}${time}${ended}`,
    `${plural(buckets.length, 'bucket')}: ${counts.filter((count) => !count.startsWith('0 ')).join(', ') || 'none'}`,
    ...curves.map((curve) => curveText(curve, curves.length > 1).replaceAll('\u202f', '')),
    `profiles: ${profiles.map(code).join(', ')}`,
    `health: ${percent(health.faultingWrites)} of MSR writes fault, ${percent(health.mappedAccesses)} of accesses hit memory; ${plural(unreachedRules.length, 'rule')} never exercised`,
    ...(unreviewed === null ? [] : [unreviewed]),
    ...report.modelFaults.map(({ profile, message }) => `**MODEL FAULT** ${code(profile)}: ${code(message)}`),
  ].flatMap((fact) => proseLines(fact, '- ', '  '));
}

/** A cause in a line or two: worst first, as they stand in the report. */
function listLines({ severity, title, buckets }: ReportCause): string[] {
  return proseLines(`${severity}, ${prose(title)} (${plural(buckets.length, 'bucket')})`, '- ', '  ');
}

/** A cause in full: its smallest witness, then the names of its other buckets. */
export function causeSection({ buckets }: ReportCause, lookup: RuleLookup): string[] {
  const [witness, ...others] = buckets;
  const rest = others.length - MOST_BUCKETS;
  const listed = others.slice(0, MOST_BUCKETS).flatMap((bucket) => {
    const sides = bucket.invariant !== null ? bucket.got : `${bucket.got} against ${bucket.expected}`;
    return proseLines(
      `${prose(severityText(bucket))}, ${prose(whereText(bucket))}, ${prose(sides)}, ${caseText(bucket)}: ${code(bucket.id)}`,
      '- ',
      '  ',
    );
  });
  return [
    ...bucketSection(witness, lookup),
    ...(others.length === 0 ? [] : ['', `${plural(others.length, 'more bucket')} of this cause:`, '', ...listed]),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
  ];
}

function bucketSection(bucket: ReportBucket, lookup: RuleLookup): string[] {
  const { id, scenario, step, replay, got } = bucket;
  const statement = statementText(bucket);
  return [
    ...proseLines(`${code(id)}: ${prose(severityText(bucket))}, ${caseText(bucket)}, ${stepsText(scenario)}`, '', ''),
    '',
    ...(statement === null ? [] : [...proseLines(`${code(got)} breaks ${prose(statement)}`, '', ''), '']),
    ...bucket.partition.flatMap((_, index) => groupLines(bucket, index, lookup)),
    '',
    ...fenced([
      ...wrapped(`machine ${visible(machineText(scenario))}`, WIDTH, '', '    '),
      ...scenario.steps.flatMap((operation, index) =>
        wrapped(`${index === step ? '>' : ' '} ${index}  ${visible(stepInWords(operation))}`, WIDTH, '', '       '),
      ),
    ]),
    '',
    ...fenced(shellLines(replay)),
  ];
}

/** What a terminal shows, as a block; then scenarios as `emtdiff replay` reads them. */
export function terminalSection(text: string, scenarios: readonly Scenario[]): string {
  const sections = scenarios.flatMap((scenario) => ['', ...scenarioSection({ scenario })]);
  return `${[...fenced(text.trimEnd().split('\n')), ...sections].join('\n')}\n`;
}

/** The scenario as `emtdiff replay` reads it: what lasts where a seed does not. */
export function scenarioSection({ scenario }: Pick<ReportCause, 'scenario'>): string[] {
  return ['The scenario, for `emtdiff replay FILE`:', '', ...fenced(printScenario(scenario).trimEnd().split('\n'), 'json')];
}

/** What a group of models answers, who is in it, and the rules that decided. */
function groupLines(bucket: ReportBucket, index: number, lookup: RuleLookup): string[] {
  const group = bucket.partition[index];
  const answer = bucket.answers[index];
  const said = conductText(bucket, group) ?? (answer === undefined ? null : answerText(answer));
  const head = said === null ? '' : `${prose(said)}: `;
  return [
    ...proseLines(`${head}${group.map(code).join(', ')}`, '- ', '  '),
    ...(bucket.groupRules[index] ?? []).flatMap((rule) => {
      const names = deciders(bucket, group, rule);
      const who = names.length === 0 ? '' : `${names.map(code).join(', ')}: `;
      return proseLines(`${who}${prose(ruleInWords(rule, lookup))}`, '  - ', '    ');
    }),
  ];
}

/** A command of several lines as `sh` reads it: parted before options, where no quoted word could be parted. */
function shellLines(command: string): string[] {
  if (command.length <= WIDTH || /['"\\]/.test(command)) return [command];
  return command
    .split(/ (?=--)/)
    .map((part, index, all) => `${index === 0 ? '' : '    '}${part}${index < all.length - 1 ? ' \\' : ''}`);
}

/** Markdown that is a paragraph, in lines: none of them begins a list, a heading or a rule of its own. */
function proseLines(text: string, first: string, next: string): string[] {
  return wrapped(text, WIDTH, first, next).map((line, index) =>
    index === 0 ? line : line.replace(/^(\s*)([-+=#])/, '$1\\$2').replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2'),
  );
}

/** A code span around any text: its fence is longer than any run of backticks inside. */
export function code(text: string): string {
  const plain = visible(text);
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${plain}${fence}` : `${fence} ${plain} ${fence}`;
}

/** A code block: its fence is longer than any run of backticks inside, so that no text can end it. After a list, indenting makes none. */
function fenced(lines: readonly string[], language = ''): string[] {
  const plain = lines.map(visible);
  const longest = Math.max(2, ...plain.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...plain, fence];
}

/** Text as text: what Markdown or HTML would read as markup is escaped, names with underscores stay readable. */
export function prose(text: string): string {
  return visible(text)
    .replace(/[\\`*[\]<>|~]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/@(?=\w)/g, '@\u200b')
    .replace(/\b_|_\b/g, '\\_');
}
