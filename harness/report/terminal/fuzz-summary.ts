/** The summary of `fuzz` for a terminal: the verdict, what changed, the new causes a line each, the worst in full, what to do next. */
import type { CampaignResult } from '../../campaign.js';
import { type Severity, SEVERITIES } from '../../classify/severity.js';
import { type Cause, causesOf } from '../../finding/cause.js';
import type { Finding } from '../../finding/finding.js';
import { visible } from '../../operations/visible.js';
import { type Acquaintance, acquaintanceLines, movedLines } from '../acquaintance.js';
import { citationText } from '../citation-text.js';
import { shellWord } from '../../finding/finding-file.js';
import { plural } from '../plural.js';
import { type RunFacts, standingIn, unreachedRules } from '../summary-json.js';
import { verdictText } from '../verdict.js';
import { aliasCountLines } from './aliases.js';
import { findingLines } from './finding.js';
import { wrapped } from '../wrapped.js';

/** Rules never exercised that are named. */
const MOST_RULES = 6;
/** Causes in a line each; the page and the JSON have all. */
const MOST_CAUSES = 60;
/** Of what is known, told where nothing is new. */
const SURPRISES = 3;
const MOST_FAULTS = 8;

export interface SummaryOptions {
  readonly width: number;
  /** Causes shown in full. */
  readonly shown: number;
  /** As `--models` was given; absent: the default panel. */
  readonly models?: string;
  /** Where the finding of a bucket stands, if a run folder was asked for. */
  pathOf(finding: Finding): string | null;
}

export function fuzzSummary(result: CampaignResult, facts: RunFacts, options: SummaryOptions): string {
  const { findings, panel } = result;
  const { width } = options;
  const acquaintance = facts.acquaintance ?? null;
  const chosen = panelText(options, facts);
  const causes = causesOf(findings, panel.seats, (finding) => standingIn(finding, facts)).map((cause) => newsFirst(cause, facts));
  const told = causes.filter(({ standing }) => standing !== 'known');
  const full = told.slice(0, options.shown);
  const lines = [
    ...verdictLines(causes, facts, width),
    ...wrapped(runText(result, facts), width, '', '  '),
    ...faultLines(result, width),
    ...(acquaintance === null ? [] : acquaintanceLines(acquaintance, width)),
    ...wrapped(unreachedText(result), width, '', '  '),
    ...aliasCountLines(result.aliases, width),
    ...causeLines(told, options),
  ];
  if (full.length > 0)
    lines.push('', `The smallest witness of ${full.length === told.length ? 'each' : `the worst ${full.length}`}:`);
  for (const cause of full) lines.push('', ...findingLines(cause.findings[0], panel.seats, width));
  if (told.length === 0) lines.push(...surpriseLines(causes, result, options, chosen));
  lines.push(...nextLines(told.length > 0 ? told : causes, result, acquaintance, chosen));
  return `${lines.join('\n')}\n`;
}

/** A cause with what of it is not known, which then stands for it. */
interface ToldCause extends Cause {
  readonly news: readonly Finding[];
}

function newsFirst(cause: Cause, facts: RunFacts): ToldCause {
  const isNews = (finding: Finding) => standingIn(finding, facts) !== 'known';
  const news = cause.findings.filter(isNews);
  return { ...cause, news, findings: [...news, ...cause.findings.filter((finding) => !isNews(finding))] };
}

function verdictLines(
  causes: readonly ToldCause[],
  { acquaintance = null, interrupted, incomplete = false }: RunFacts,
  width: number,
): string[] {
  const weighed = causes.map(({ standing, severity, findings, news }) => ({
    standing,
    severity,
    buckets: findings.length,
    news: news.length,
  }));
  const verdict = verdictText({
    causes: weighed,
    isJudged: acquaintance !== null,
    isInterrupted: interrupted,
    isIncomplete: incomplete,
  });
  return [...wrapped(verdict, width, '', '  '), ...(acquaintance === null ? [] : movedLines(acquaintance, width))];
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

function runText({ seed, cases, health, panel, findings }: CampaignResult, { milliseconds }: RunFacts): string {
  const rate = Math.round((cases * 1000) / Math.max(1, milliseconds));
  const counts = SEVERITIES.map((severity) => `${countOf(findings, severity)} ${severity}`).filter(
    (count) => !count.startsWith('0 '),
  );
  return `seed ${visible(seed)}: ${plural(cases, 'case')}, ${plural(health.steps, 'step')}, ${rate} cases/s, ${plural(panel.seats.length, 'model')}; ${percent(health.faulting)} of MSR writes fault, ${percent(health.mapped)} of accesses hit memory; ${plural(findings.length, 'bucket')}${counts.length === 0 ? '' : ` (${counts.join(', ')})`}`;
}

const countOf = (findings: readonly Finding[], severity: Severity) =>
  findings.filter((finding) => finding.severity === severity).length;

function unreachedText(result: CampaignResult): string {
  const rules = unreachedRules(result);
  if (rules.length === 0) return 'Every rule of the panel was exercised.';
  const named = rules.length > MOST_RULES ? 'summary.json names them' : rules.join(', ');
  return `${plural(rules.length, 'rule')} never exercised (${named}); some belong to versions that are not in this run.`;
}

function faultLines({ modelFaults }: CampaignResult, width: number): string[] {
  const lines = modelFaults.slice(0, MOST_FAULTS).flatMap(({ profile, case: index, message, setAside }) => {
    const where = index < 0 ? ' while minimising' : ` in case ${index}`;
    const text = `MODEL FAULT ${profile}${where}: ${message}${setAside ? ' (set aside: n/a from here on)' : ''}`;
    return wrapped(visible(text), width, '', '  ');
  });
  const rest = modelFaults.length - MOST_FAULTS;
  return rest > 0 ? [...lines, `... and ${plural(rest, 'more model fault')}`] : lines;
}

const worstOf = (findings: readonly Finding[]) => SEVERITIES.find((severity) => countOf(findings, severity) > 0) ?? 'none';

/** A line or two per cause, worst first. */
function causeLines(causes: readonly ToldCause[], { width, pathOf }: SummaryOptions): string[] {
  if (causes.length === 0) return [];
  const rest = causes.length - MOST_CAUSES;
  const lines = causes.slice(0, MOST_CAUSES).flatMap((cause) => {
    const { standing, title, findings, news } = cause;
    const isChanged = standing === 'changed';
    const severity = isChanged ? worstOf(news) : cause.severity;
    const finding = cause.findings[0];
    const size = `${isChanged ? `${news.length} new of ` : ''}${plural(findings.length, 'bucket')}, ${plural(finding.scenario.steps.length, 'step')}`;
    const path = pathOf(finding);
    return [
      ...wrapped(visible(`${severity}${isChanged ? ' (known cause)' : ''}  ${title} (${size})`), width, '  ', '      '),
      ...(path === null ? [] : [`      ${visible(path)}`]),
    ];
  });
  return ['', ...lines, ...(rest > 0 ? [`  ... and ${plural(rest, 'more cause')}`] : [])];
}

/** Where nothing is new: a few known causes of different models, so that a first run has something to read. */
function surpriseLines(causes: readonly Cause[], result: CampaignResult, { width }: SummaryOptions, panel: string): string[] {
  const folder = ({ profiles }: Cause) => profiles[0].split('/')[0];
  const different = causes.filter((cause, index) => causes.findIndex((other) => folder(other) === folder(cause)) === index);
  const chosen = different.slice(0, SURPRISES);
  if (chosen.length === 0) return [];
  return [
    '',
    chosen.length < causes.length ? `${chosen.length} of what is known:` : 'What is known:',
    ...chosen.flatMap((cause) => [
      ...wrapped(visible(`${cause.severity}  ${cause.title} ${sourceText(cause, result)}`), width, '  ', '      '),
      `      ${replayText(cause, result, panel)}`,
    ]),
  ];
}

/** Where the rule of a cause can be looked up. */
function sourceText({ findings: [{ bucket }] }: Cause, { panel }: CampaignResult): string {
  const rules = panel.seats.flatMap((seat) => seat.rules);
  const rule = rules.find((known) => known?.id === bucket.gotSide || known?.cause === bucket.gotSide);
  return rule ? `[${citationText(rule.citation)}]` : '';
}

function replayText({ findings: [{ case: index }] }: Cause, { seed }: CampaignResult, panel: string): string {
  return visible(`npx emtdiff replay --seed ${shellWord(seed)} --case ${index}${panel}`);
}

/** Of commands that draw the same cases. */
function panelText({ models }: SummaryOptions, { guestOses = [] }: RunFacts): string {
  const chosen = models === undefined ? '' : ` --models ${shellWord(models)}`;
  return guestOses.length === 0 ? chosen : `${chosen} --guest-os ${guestOses.join(',')}`;
}

/** Commands that work as they stand. */
function nextLines(causes: readonly Cause[], result: CampaignResult, acquaintance: Acquaintance | null, panel: string): string[] {
  if (causes.length === 0) return [];
  const seed = `--seed ${shellWord(result.seed)}${panel}`;
  const all = (acquaintance?.ledgers ?? []).length === 0 ? [] : [`  npx emtdiff fuzz ${seed} --no-ledger`];
  return [
    '',
    'Next:',
    `  ${replayText(causes[0], result, panel)}`,
    ...[...all, `  npx emtdiff fuzz ${seed} --report html=run.html`].map(visible),
  ];
}
