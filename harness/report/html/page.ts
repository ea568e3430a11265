/** A run as one HTML file that works from disk and asks for nothing from a network. */
import { createHash } from 'node:crypto';
import { SEVERITIES } from '../../classify/severity.js';
import { heatMap } from './heat-map.js';
import { bucketMarkup } from './card.js';
import { SCRIPT } from './script.js';
import { NO_STATES, type StateLookup } from './state.js';
import { STYLE } from './style.js';
import { html, Markup, NOTHING } from './markup.js';
import { plural } from '../plural.js';
import { grouped, progressChart } from './progress-chart.js';
import { type Standing, STANDINGS } from '../../finding/cause.js';
import { ruleInWords, type RuleLookup } from '../rule-lookup.js';
import type { ReportBucket, RunReport } from '../run-report.js';

export function htmlReport(report: RunReport, lookup: RuleLookup, states: StateLookup = NO_STATES): string {
  const { seed, buckets } = report;
  // Only this script and this style run: text that slipped through as markup would still be dead.
  const policy = `default-src 'none'; script-src '${hashOf(SCRIPT)}'; style-src '${hashOf(STYLE)}'; base-uri 'none'; form-action 'none'`;
  const page = html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>emtdiff: seed ${seed}</title>
<style>${new Markup(STYLE)}</style></head>
<body><a class="skip" href="#buckets">Skip to the buckets</a>
<header><h1>emtdiff</h1><p>seed <code>${seed}</code>, version ${report.version}${report.interrupted ? html`, <strong>interrupted: what was found until then</strong>` : NOTHING}</p></header>
<main>
${faults(report)}
<section class="cards">${figures(report)}</section>
<section><h2>Profiles against profiles</h2>${heatMap(report)}</section>
<section id="buckets"><h2>Buckets</h2>
${filters(report)}
<p id="shown" role="status" aria-live="polite">${plural(buckets.length, 'bucket')}</p>
${buckets.map((bucket, index) => bucketMarkup(bucket, index + 1, { lookup, states, isJudged: report.ledger !== null }))}
</section>
${progressChart(report.timing?.progress ?? [])}
${coverage(report, lookup)}
${health(report)}
</main>
<footer><p>How to read a bucket: reports/README.md. Keys: <kbd>/</kbd> search, <kbd>j</kbd> and <kbd>k</kbd> next and previous bucket, <kbd>Enter</kbd> opens, <kbd>Esc</kbd> clears the filters.</p></footer>
<script>${new Markup(SCRIPT)}</script></body></html>
`;
  return page.text;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`;
}

export const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

const STANDING_TEXTS = { new: 'new', changed: 'changed', known: 'known' } as const;

/** How many buckets of each standing; that none is new is said, too. */
function standings(buckets: readonly ReportBucket[]): [Standing, number][] {
  const counts = STANDINGS.map((standing): [Standing, number] => [
    standing,
    buckets.filter((bucket) => bucket.standing === standing).length,
  ]);
  return counts.filter(([standing, count]) => standing === 'new' || count > 0);
}

function figures({
  cases,
  steps,
  timing,
  buckets,
  profiles,
  ledger,
  health: { faultingWrites, mappedAccesses },
}: RunReport): Markup[] {
  const card = (value: string, label: string) => html`<div class="card"><b>${value}</b><span>${label}</span></div>`;
  return [
    card(`${buckets.length}`, 'buckets'),
    ...(ledger !== null ? standings(buckets).map(([standing, count]) => card(`${count}`, STANDING_TEXTS[standing])) : []),
    ...SEVERITIES.map((severity) => ({ severity, count: buckets.filter((bucket) => bucket.severity === severity).length }))
      .filter(({ count }) => count > 0)
      .map(({ severity, count }) => html`<div class="card s-${severity}"><b>${count}</b><span>${severity}</span></div>`),
    html`<div class="break"></div>`,
    card(grouped(cases), 'cases'),
    card(grouped(steps), 'steps'),
    card(`${profiles.length}`, 'profiles'),
    ...(timing === null
      ? []
      : [card(grouped(timing.casesPerSecond), 'cases/s'), card(`${timing.seconds.toFixed(0)} s`, 'of cases')]),
    card(percent(faultingWrites), 'MSR writes fault'),
    card(percent(mappedAccesses), 'accesses hit memory'),
  ];
}

function filters({ buckets, profiles, ledger }: RunReport): Markup {
  const option = (value: string) => html`<option value="${value}">${value}</option>`;
  const select = (id: string, label: string, all: string, values: readonly string[]) =>
    html`<label>${label}<select id="${id}"><option value="">${all}</option>${values.map(option)}</select></label>`;
  const severities = SEVERITIES.filter((severity) => buckets.some((bucket) => bucket.severity === severity));
  const present = standings(buckets).map(([standing]) => standing);
  const rules = [...new Set(buckets.flatMap(({ rules: own, groupRules }) => [...own, ...groupRules.flat()]))].sort();
  return html`<form id="filters" class="filters" autocomplete="off">
<label class="wide">Text<input id="text" type="search" placeholder="any text: an MSR, a function, a commit"></label>
${ledger !== null ? select('standing', 'New or known', 'all', present) : NOTHING}
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
    return html`<details><summary>${name}: ${rules.length} never decided</summary><ul>${rules.map(
      (id) => html`<li><code>${id}</code>${lookup(id) === undefined ? '' : ` ${ruleInWords(id, lookup)}`}</li>`,
    )}</ul></details>`;
  };
  const note = 'Rules of the panel that decided no step. Some belong to versions off the panel.';
  return html`<section><h2>Rule coverage</h2>${
    folders.length === 0
      ? html`<p>Every rule of the panel decided at least once.</p>`
      : html`<p class="note">${note}</p>${folders.map(folder)}`
  }</section>`;
}

function health({ health: { operations }, steps }: RunReport): Markup {
  const rows = Object.entries(operations)
    .sort(([, a], [, b]) => b - a)
    .map(
      ([name, count]) =>
        html`<tr><th scope="row">${name}</th><td>${grouped(count)}</td><td><meter min="0" max="${Math.max(1, steps)}" value="${count}">${percent(count / Math.max(1, steps))}</meter></td></tr>`,
    );
  return html`<section><h2>Health</h2><div class="scroll"><table class="mix"><caption>Steps by operation</caption><tbody>${rows}</tbody></table></div></section>`;
}
