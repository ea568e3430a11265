/** A run as one HTML file that works from disk and asks for nothing from a network. */
import { createHash } from 'node:crypto';
import { SEVERITIES, type Severity } from '../../classify/severity.js';
import { type Standing, STANDINGS } from '../../finding/cause.js';
import { plural } from '../plural.js';
import { ruleInWords, type RuleLookup } from '../rule-lookup.js';
import type { RunReport } from '../run-report.js';
import { changedText, movedTexts, reportVerdict, unreviewedText } from '../verdict.js';
import { causeMarkup } from './cause.js';
import { heatMap } from './heat-map.js';
import { dataText, html, Markup, NOTHING } from './markup.js';
import { progressChart } from './progress-chart.js';
import { grouped, percent } from '../amount-text.js';
import { RuleIndex } from './rule-index.js';
import { SCRIPT } from './script.js';
import { NO_STATES, type StateLookup } from './state.js';
import { STYLE } from './style.js';

/** Sections that a reader gets to at once, by anchor. */
const SECTIONS = [
  ['causes', 'Causes'],
  ['pairs', 'Profiles'],
  ['time', 'Over time'],
  ['coverage', 'Rules'],
  ['health', 'Health'],
] as const;

export function htmlReport(report: RunReport, lookup: RuleLookup, states: StateLookup = NO_STATES): string {
  const { seed, buckets, causes, profiles, timing, ledger } = report;
  const rules = new RuleIndex(buckets, lookup);
  const seatOf = (profile: string) => profiles.indexOf(profile);
  // Only this script and this style run: text that slipped through as markup would still be dead.
  const policy = `default-src 'none'; script-src '${hashOf(SCRIPT)}'; style-src '${hashOf(STYLE)}'; base-uri 'none'; form-action 'none'`;
  const chart = progressChart(timing?.progress ?? []);
  const page = html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>emtdiff: seed ${seed}</title>
<style>${new Markup(STYLE)}</style></head>
<body><a class="skip" href="#causes">Skip to the causes</a>
<nav aria-label="Sections"><b>emtdiff</b>${SECTIONS.filter(([id]) => id !== 'time' || chart !== NOTHING).map(([id, title]) => html`<a href="#${id}">${title}</a>`)}</nav>
<main>
<header>${verdict(report)}</header>
${faults(report)}
<section class="tiles" aria-label="Filters">${tiles(report)}</section>
<section id="causes" data-profiles="${dataText(profiles)}" data-rules="${dataText(rules.ids)}"><h2>Causes</h2>
${filters(report, rules.ids)}
<p id="shown" role="status" aria-live="polite">${plural(causes.length, 'cause')}, ${plural(buckets.length, 'bucket')}</p>
${causes.map((cause) => causeMarkup(cause, { rules, states, isJudged: ledger !== null, seatOf }))}
${rules.markup()}
</section>
<section id="pairs"><h2>Profiles against profiles</h2>${heatMap(report)}</section>
${chart}
${coverage(report, lookup)}
${health(report)}
</main>
<footer><p>How to read a cause: docs/reading-a-finding.md. Keys: <kbd>/</kbd> search, <kbd>j</kbd> and <kbd>k</kbd> next and previous cause, <kbd>Enter</kbd> opens, <kbd>Esc</kbd> clears the filters. The address of this page keeps what you filter and open.</p></footer>
<script type="module">${new Markup(SCRIPT)}</script></body></html>
`;
  return page.text;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`;
}

/** What came of it, when, and of which run. */
function verdict(report: RunReport): Markup {
  const { seed, version, cases, timing, ledger, causes } = report;
  const changed = changedText(ledger);
  const unreviewed = unreviewedText(ledger);
  const isBad =
    report.modelFaults.length > 0 || changed !== null || (ledger !== null && causes.some(({ standing }) => standing !== 'known'));
  const ended =
    timing?.ended === undefined
      ? NOTHING
      : html`<time datetime="${timing.ended}">${timing.ended.slice(0, 16).replace('T', ' ')} UTC</time>, `;
  const lasted = timing === null ? '' : ` in ${timing.seconds.toFixed(0)} s`;
  return html`<h1 class="${isBad ? 'is-bad' : 'is-good'}">${reportVerdict(report)}</h1>
${changed === null ? NOTHING : html`<p class="changed">${changed}</p><ul class="changed">${movedTexts(ledger).map((text) => html`<li>${text}</li>`)}</ul>`}
<p class="note">${ended}seed <code>${seed}</code>, ${grouped(cases)} cases${lasted}, emtdiff ${version}${unreviewed === null ? '' : `; ${unreviewed}`}</p>`;
}

/** Counts that filter: by standing, by severity. */
function tiles({ buckets, causes, ledger }: RunReport): Markup[] {
  const tile = (field: string, value: Standing | Severity, count: number, kind: string) =>
    html`<button type="button" class="tile ${kind}" data-field="${field}" data-value="${value}" aria-pressed="false"><b>${count}</b><span>${value}</span></button>`;
  const standings = STANDINGS.map((standing) => ({
    standing,
    count: buckets.filter((bucket) => bucket.standing === standing).length,
  }));
  const severities = SEVERITIES.map((severity) => ({
    severity,
    count: buckets.filter((bucket) => bucket.severity === severity).length,
  }));
  return [
    html`<div class="tile"><b>${causes.length}</b><span>${causes.length === 1 ? 'cause' : 'causes'}</span></div>`,
    ...(ledger === null
      ? []
      : standings
          .filter(({ standing, count }) => standing === 'new' || count > 0)
          .map(({ standing, count }) => tile('standing', standing, count, count > 0 ? `is-${standing}` : ''))),
    ...severities.filter(({ count }) => count > 0).map(({ severity, count }) => tile('severity', severity, count, `s-${severity}`)),
  ];
}

function filters({ buckets, profiles, ledger }: RunReport, rules: readonly string[]): Markup {
  const option = (value: string) => html`<option value="${value}">${value}</option>`;
  const select = (id: string, label: string, all: string, values: readonly string[]) =>
    html`<label>${label}<select id="${id}"><option value="">${all}</option>${values.map(option)}</select></label>`;
  const present = <T>(all: readonly T[], own: readonly T[]) => all.filter((one) => own.includes(one));
  const severities = present(
    SEVERITIES,
    buckets.map(({ severity }) => severity),
  );
  const standings = present(STANDINGS, ['new', ...buckets.map(({ standing }) => standing)]);
  return html`<form id="filters" class="filters" autocomplete="off">
<label class="wide">Text<input id="text" type="search" placeholder="an MSR, a function, a commit"></label>
${ledger === null ? NOTHING : select('standing', 'New or known', 'all', standings)}
${select('severity', 'Severity', 'all', severities)}
${select('profile', 'Profile', 'all', profiles)}
${select('against', 'Disagrees with', 'anyone', profiles)}
<label class="wide">Rule<input id="rule" list="rules" placeholder="part of a rule's id"></label><datalist id="rules">${rules.map((rule) => html`<option value="${rule}"></option>`)}</datalist>
<button type="reset">Clear</button></form>`;
}

function faults({ modelFaults }: RunReport): Markup {
  if (modelFaults.length === 0) return NOTHING;
  const items = modelFaults.map(
    ({ profile, case: index, message }) =>
      html`<li><b>${profile}</b> ${index < 0 ? 'while minimising' : `in case ${index}`}: <code>${message}</code></li>`,
  );
  return html`<section class="faults" role="alert"><h2>Model faults</h2><ul>${items}</ul></section>`;
}

function coverage({ unreachedRules }: RunReport, lookup: RuleLookup): Markup {
  const folders = [...new Set(unreachedRules.map((id) => id.split('.')[0]))];
  const folder = (name: string) => {
    const rules = unreachedRules.filter((id) => id.split('.')[0] === name);
    return html`<details><summary>${name}: ${rules.length} never exercised</summary><ul>${rules.map(
      (id) => html`<li><code>${id}</code>${lookup(id) === undefined ? '' : ` ${ruleInWords(id, lookup)}`}</li>`,
    )}</ul></details>`;
  };
  const note = `${plural(unreachedRules.length, 'rule')} never exercised. Some belong to versions that are not in this run.`;
  return html`<section id="coverage"><h2>Rule coverage</h2>${
    folders.length === 0
      ? html`<p>Every rule of the panel decided at least once.</p>`
      : html`<p class="note">${note}</p>${folders.map(folder)}`
  }</section>`;
}

function health({ health: { operations, faultingWrites, mappedAccesses }, steps, profiles }: RunReport): Markup {
  const rows = Object.entries(operations)
    .sort(([, a], [, b]) => b - a)
    .map(
      ([name, count]) =>
        html`<tr><th scope="row">${name}</th><td>${grouped(count)}</td><td><meter min="0" max="${Math.max(1, steps)}" value="${count}">${percent(count / Math.max(1, steps))}</meter></td></tr>`,
    );
  return html`<section id="health"><h2>Health</h2><p>${grouped(steps)} steps by ${plural(profiles.length, 'profile')}; ${percent(faultingWrites)} of MSR writes fault, ${percent(mappedAccesses)} of accesses hit memory.</p><div class="scroll"><table class="mix"><caption>Steps by operation</caption><tbody>${rows}</tbody></table></div></section>`;
}
