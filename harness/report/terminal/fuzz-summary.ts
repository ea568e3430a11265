/** The summary of `fuzz` for a terminal: seed first, health, a line a bucket, then the worst in full. */
import type { CampaignResult } from '../../campaign.js';
import { rankOf, SEVERITIES } from '../../classify/severity.js';
import { partitionText } from '../../compare/partition.js';
import type { Seat } from '../../compare/panel.js';
import type { Invariant } from '../../../models/contract/invariant.js';
import { OPERATION_NAMES } from '../../operations/registry.js';
import { type Finding, sideRules } from '../../finding/finding.js';
import { acquaintanceLines, freshOf, movedLines } from '../acquaintance.js';
import { visible } from '../../operations/visible.js';
import { aliasCountLines } from './aliases.js';
import { scenarioTable, wrapped } from './scenario-table.js';
import { type RunFacts, unreachedRules } from '../summary-json.js';

/** Rules never reached that are named. */
const MOST_RULES = 6;
/** Of what is known, shown in full where nothing is new. */
const MOST_KNOWN = 3;

export interface SummaryOptions {
  readonly width: number;
  /** Buckets shown in full. */
  readonly shown: number;
  /** Where the finding of a bucket stands, if a run folder was asked for. */
  pathOf(finding: Finding): string | null;
}

export function fuzzSummary(result: CampaignResult, facts: RunFacts, options: SummaryOptions): string {
  const { health, findings } = result;
  const fresh = freshOf(findings, facts.acquaintance);
  const rate = Math.round((result.cases * 1000) / Math.max(1, facts.milliseconds));
  const lines = [
    ...(facts.acquaintance ? movedLines(facts.acquaintance, options.width) : []),
    `seed ${visible(result.seed)}${facts.interrupted ? '   (interrupted: what was found until then)' : ''}`,
    `${result.cases} cases, ${health.steps} steps, ${rate} cases/s, ${result.panel.seats.length} models`,
    `health: ${percent(health.faulting)} of MSR writes fault, ${percent(health.mapped)} of accesses hit memory`,
    ...wrapped(`operations: ${operationMix(result)}`, options.width, '', '  '),
    ...wrapped(unreachedText(result), options.width, '', '  '),
    ...aliasCountLines(result.aliases, options.width),
    ...faultLines(result),
    '',
    ...wrapped(`${findings.length} buckets${severityCounts(findings)}`, options.width, '', '  '),
    ...(facts.acquaintance ? acquaintanceLines(facts.acquaintance, options.width) : []),
    ...byProfile(result),
    ...bucketLines(fresh, result, options),
  ];
  // Where nothing is new, the worst of what is known is shown, so that a first run has something to read.
  const told = fresh.length > 0 ? fresh : findings;
  const worst = worstOfEachProfile(told, fresh.length > 0 ? options.shown : MOST_KNOWN);
  const which = fresh.length === 0 ? 'what is known' : `each profile${facts.acquaintance ? ', of what is new' : ''}`;
  if (worst.length > 0) lines.push('', `The worst of ${which}, minimal (${worst.length} of ${told.length}):`);
  for (const finding of worst) lines.push('', ...findingLines(finding, result.panel.seats, options.width));
  return `${lines.join('\n')}\n`;
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

function operationMix({ health }: CampaignResult): string {
  const shares = OPERATION_NAMES.map((name, code) => ({ name, share: health.operations[code] / Math.max(1, health.steps) }));
  return shares
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .map(({ name, share }) => `${name} ${share < 0.01 ? '<1 %' : percent(share)}`)
    .join(', ');
}

function unreachedText(result: CampaignResult): string {
  const rules = unreachedRules(result);
  if (rules.length === 0) return 'rules: every rule of the panel decided at least once';
  const named = rules.length > MOST_RULES ? 'summary.json names them' : rules.join(', ');
  return `rules never reached: ${rules.length}, some of them those of profiles off the panel (${named})`;
}

function faultLines({ modelFaults }: CampaignResult): string[] {
  const lines = modelFaults.slice(0, 8).map(({ profile, case: index, message, setAside }) => {
    const where = index < 0 ? ' while minimising' : ` in case ${index}`;
    return `MODEL FAULT ${profile}${where}: ${visible(message)}${setAside ? ' (set aside: n/a from here on)' : ''}`;
  });
  return modelFaults.length > lines.length ? [...lines, `... and ${modelFaults.length - lines.length} more model faults`] : lines;
}

function severityCounts(findings: readonly Finding[]): string {
  const counts = SEVERITIES.map((severity) => ({
    severity,
    count: findings.filter((finding) => finding.severity === severity).length,
  })).filter(({ count }) => count > 0);
  return counts.length === 0 ? '' : `: ${counts.map(({ severity, count }) => `${count} ${severity}`).join(', ')}`;
}

/** Summed up per profile: buckets, and its rules that take part in most of them. */
function byProfile({ findings }: CampaignResult): string[] {
  const profiles = [...new Set(findings.map(({ got }) => got))].sort();
  const lines = profiles.map((profile) => {
    const own = findings.filter(({ got }) => got === profile);
    const rules = new Map<string, number>();
    for (const { bucket } of own) rules.set(bucket.gotSide, (rules.get(bucket.gotSide) ?? 0) + 1);
    const top = [...rules].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, 2);
    return `  ${profile.padEnd(22)} ${String(own.length).padStart(3)}  ${top.map(([rule, count]) => `${withoutFolder(rule)} ${count}`).join(', ')}`;
  });
  return lines.length === 0 ? [] : ['By profile: buckets, and the two of its rules that decided most of them', ...lines];
}

const withoutFolder = (rule: string) => rule.replace(/^[\w-]+\./, '');

/** Letters of the panel's seats, so that a partition fits into a line. */
function legend({ panel }: CampaignResult, width: number): string[] {
  return wrapped(panel.seats.map(({ name }, seat) => `${letter(seat)}=${name}`).join(' '), width, '  ', '  ');
}

function letter(seat: number): string {
  return seat < 26
    ? String.fromCharCode(65 + seat)
    : `${String.fromCharCode(65 + Math.floor(seat / 26) - 1)}${String.fromCharCode(65 + (seat % 26))}.`;
}

/** Widest column that lines are aligned for. */
const MOST_ALIGNED = 28;

/** A line per bucket: severity, lens and operation, partition, the deciding causes, cases, size, path. */
function bucketLines(findings: readonly Finding[], result: CampaignResult, options: SummaryOptions): string[] {
  if (findings.length === 0) return [];
  const steps = findings.map(({ bucket }) => `${bucket.lens.name === 'memtype' ? '' : `${bucket.lens.name} `}${bucket.op}`);
  const partitions = findings.map((finding) => lettered(finding.partition, result));
  const width = (head: string, cells: readonly string[]) =>
    Math.min(MOST_ALIGNED, Math.max(head.length, ...cells.map(({ length }) => length)));
  const stepWidth = width('step', steps);
  const partitionWidth = width('partition', partitions);
  const row = (severity: string, step: string, partition: string, rest: string) =>
    `${severity.padEnd(15)} ${step.padEnd(stepWidth)} ${partition.padEnd(partitionWidth)} ${rest}`;
  return [
    '',
    row('severity', 'step', 'partition', 'what decided: expected -> got, cases, minimal size'),
    ...legend(result, options.width),
    ...findings.map((finding, index) => row(finding.severity, steps[index], partitions[index], decided(finding, options))),
  ];
}

/** `AB|C`: the groups, a letter each profile. */
function lettered(partition: Finding['partition'], { panel }: CampaignResult): string {
  const seatOf = (name: string) => panel.seats.findIndex((seat) => seat.name === name);
  return partition.map((group) => group.map((name) => letter(seatOf(name))).join('')).join('|');
}

function decided(finding: Finding, options: SummaryOptions): string {
  const { bucket, scenario, hazard } = finding;
  const size = `${scenario.steps.length} step${scenario.steps.length === 1 ? '' : 's'}`;
  const count = bucket.count > 0 ? `${bucket.count}x` : 'slip';
  const path = options.pathOf(finding);
  return `${bucket.expectedSide} -> ${bucket.gotSide}  ${hazard === null ? '' : `${hazard} `}${count} ${size}${path === null ? '' : `  ${path}`}`;
}

/** Of each profile the most frequent of its worst, worst first; then the most frequent of the rest. */
function worstOfEachProfile(findings: readonly Finding[], most: number): Finding[] {
  const byUse = [...findings].sort(
    (a, b) => rankOf(a.severity) - rankOf(b.severity) || b.bucket.count - a.bucket.count || (a.bucket.id < b.bucket.id ? -1 : 1),
  );
  const firsts = byUse.filter((finding, index) => byUse.findIndex(({ got }) => got === finding.got) === index);
  return firsts.slice(0, most);
}

export function findingLines(finding: Finding, seats: readonly Seat[], width: number): string[] {
  const { bucket, expected, got } = finding;
  const side = (label: string, name: string, id: string) => {
    const rule = seats.flatMap(({ rules }) => rules).find((known) => known?.id === id);
    const text = rule === undefined || rule === null ? id : `${rule.sentence} [${citationText(rule.citation)}]`;
    return wrapped(`${label} ${name}: ${text}`, width, '    ', '      ');
  };
  const { hazard, invariant } = finding;
  const statement = invariant === null ? [] : wrapped(`breaks ${invariantText(invariant)}`, width, '    ', '      ');
  return [
    ...wrapped(`${finding.severity}${hazard === null ? '' : ` (${hazard})`}  ${bucket.id}`, width, '', '  '),
    ...wrapped(partitionText(finding.partition), width, '    ', '      '),
    ...(invariant === null ? side('expected', expected, sideRules(finding)[0]) : statement),
    ...side('got', got, sideRules(finding)[1]),
    ...aliasLines(finding, width),
    ...scenarioTable(finding.scenario, finding.observations, { width, marked: finding.step }),
  ];
}

/** `I7: A free page is not assigned. [source]`. */
export function invariantText({ id, sentence, citation }: Invariant): string {
  return `${id}: ${sentence}${citation === undefined ? '' : ` [${citationText(citation)}]`}`;
}

export function citationText({ document, place, commit }: { document: string; place: string; commit?: string }): string {
  return `${document}, ${place}${commit === undefined ? '' : `, ${commit}`}`;
}

function aliasLines({ alias, expected, got }: Finding, width: number): string[] {
  if (alias === null) return [];
  const text = (name: string, side: NonNullable<Finding['alias']>['got']) => {
    const snoop =
      side.withSelfSnoop === side.withoutSelfSnoop
        ? side.withSelfSnoop
        : `with self-snoop ${side.withSelfSnoop}; without: ${side.withoutSelfSnoop}`;
    return wrapped(`alias of ${name}: guest ${side.guest}, host mapping ${side.host}: ${snoop}`, width, '    ', '      ');
  };
  return [...text(expected, alias.expected), ...text(got, alias.got)];
}
