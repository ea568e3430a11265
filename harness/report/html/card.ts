/** One bucket of the HTML report: a summary line that opens to answers, timeline, memory map and the replay command. */
import { stepInWords } from '../../operations/registry.js';
import { printScenario } from '../../scenario/print.js';
import type { Scenario } from '../../scenario/scenario.js';
import { answerText } from '../answer-text.js';
import { caseText, conductText, deciders, machineText, severityText, stepsText, whereText } from '../bucket-text.js';
import { citationText } from '../terminal/fuzz-summary.js';
import { type StateLookup, stateMarkup } from './state.js';
import { dataText, html, type Markup, NOTHING } from './markup.js';
import { kindClass, memoryMap } from './memory-map.js';
import { defaultTypeText, memoryRanges } from './memory-ranges.js';
import type { RuleLookup } from '../rule-lookup.js';
import type { ReportBucket } from '../run-report.js';
import { groupsAt } from '../terminal/scenario-table.js';

export interface BucketSources {
  readonly lookup: RuleLookup;
  readonly states: StateLookup;
  /** Whether it means something that a bucket is new. */
  readonly isJudged: boolean;
}

export function bucketMarkup(bucket: ReportBucket, number: number, { lookup, states, isJudged }: BucketSources): Markup {
  const { id, severity, partition, rules, groupRules, scenario, step, standing } = bucket;
  const allRules = [...new Set([...rules, ...groupRules.flat()])];
  const map = memoryMap(memoryRanges(scenario, step));
  return html`<details class="bucket" id="bucket-${number}" data-severity="${severity}" data-standing="${standing}" data-partition="${dataText(partition)}" data-sides="${dataText([bucket.expected, bucket.got])}" data-rules="${dataText(allRules)}">
<summary><span class="severity s-${severity}">${severityText(bucket)}</span> ${isJudged ? html`<span class="standing is-${standing}">${standing}</span> ` : NOTHING}<span class="what">${headline(bucket)}</span> <span class="meta">${caseText(bucket)}, ${stepsText(scenario)}</span></summary>
<div class="body">
<p class="id"><code>${id}</code></p>
${statementMarkup(bucket)}
${knownMarkup(bucket)}
${answersMarkup(bucket, lookup)}
${aliasMarkup(bucket)}
<div class="columns"><section><h3>Minimal scenario</h3>
${titleMarkup(scenario)}<p class="machine">machine <code>${machineText(scenario)}</code></p>
${timeline(bucket)}</section>
<section><h3>Memory map</h3><p class="note">Guest-physical, not to scale; ${defaultTypeText(scenario, step)}.</p>
${map}</section></div>
${stateMarkup(states(id))}
<h3>Replay</h3>
${copyable(bucket.replay)}
<details><summary>Scenario as JSON (for <code>emtdiff replay</code>, <code>explain</code>, <code>minimise</code>)</summary>${copyable(printScenario(scenario))}</details>
</div></details>`;
}

function headline(bucket: ReportBucket): Markup {
  const { expected, got, answers, partition, invariant } = bucket;
  const answerOf = (profile: string) => {
    const answer = answers[partition.findIndex((group) => group.includes(profile))];
    return answer === undefined ? NOTHING : html` ${answerMarkup(answerText(answer))}`;
  };
  const where = whereText(bucket);
  if (invariant !== null) return html`${where}, <b>${got}</b>${answerOf(got)} breaks <b>${invariant.id}</b>`;
  return html`${where}, <b>${expected}</b>${answerOf(expected)} against <b>${got}</b>${answerOf(got)}`;
}

function statementMarkup({ invariant, got }: ReportBucket): Markup {
  if (invariant === null) return NOTHING;
  const { id, sentence, source } = invariant;
  return html`<p class="statement"><b>${got}</b> breaks <b>${id}</b>: ${sentence}${source === null ? NOTHING : html` <cite>${source}</cite>`}</p>`;
}

function knownMarkup({ known, id }: ReportBucket): Markup {
  if (known === null) return NOTHING;
  return html`<p class="reason">Known to the ledger: ${known.reason}${known.entry === id ? NOTHING : html` <code>${known.entry}</code>`}</p>`;
}

/** The words of an answer, with the colour of its memory type. */
function answerMarkup(text: string): Markup {
  return html`<span class="answer ${kindClass(text.split(' ')[0])}">${text}</span>`;
}

function answersMarkup(bucket: ReportBucket, lookup: RuleLookup): Markup {
  const groups = bucket.partition.map(
    (group, index) => html`<li>${headMarkup(bucket, index)} ${names(group)}
${(bucket.groupRules[index] ?? []).map((id) => ruleMarkup(id, deciders(bucket, group, id), lookup))}</li>`,
  );
  const silent = bucket.abstaining.length === 0 ? NOTHING : html`<p class="note">Abstaining: ${bucket.abstaining.join(', ')}</p>`;
  return html`<h3>${bucket.invariant === null ? 'Who answers what, and why' : 'Who keeps it, who breaks it, and by which rule'}</h3><ul class="groups">${groups}</ul>${silent}`;
}

/** What a group has in common: its answer, or that it keeps or breaks an invariant, whatever its members answer. */
function headMarkup(bucket: ReportBucket, index: number): Markup {
  const conduct = conductText(bucket, bucket.partition[index]);
  if (conduct !== null) return html`<b>${conduct}</b>`;
  return bucket.answers[index] === undefined ? NOTHING : answerMarkup(answerText(bucket.answers[index]));
}

function names(group: readonly string[]): Markup {
  return html`${group.map((name) => html`<span class="profile">${name}</span>`)}`;
}

function ruleMarkup(id: string, profiles: readonly string[], lookup: RuleLookup): Markup {
  const rule = lookup(id);
  const who = profiles.length === 0 ? NOTHING : html`<span class="who">${profiles.join(', ')}:</span> `;
  if (rule === undefined)
    return html`<p class="rule">${who}<code>${id}</code> <span class="note">(its model is not in this build)</span></p>`;
  return html`<p class="rule">${who}${rule.sentence} <cite>${citationText(rule.citation)}</cite> <code>${id}</code></p>`;
}

function aliasMarkup({ alias, expected, got }: ReportBucket): Markup {
  if (alias === null) return NOTHING;
  const side = (name: string, { guest, host, withSelfSnoop, withoutSelfSnoop }: NonNullable<ReportBucket['alias']>['got']) =>
    html`<dt>${name}</dt><dd>guest ${guest} over the host's ${host}: ${withSelfSnoop}${
      withSelfSnoop === withoutSelfSnoop ? '' : `; without self-snoop: ${withoutSelfSnoop}`
    }</dd>`;
  return html`<h3>Alias with the host's own mapping</h3><dl class="alias">${side(expected, alias.expected)}${side(got, alias.got)}</dl>`;
}

function titleMarkup({ name, origin }: Scenario): Markup {
  const title = [name, origin].filter((text) => text !== undefined).join(': ');
  return title === '' ? NOTHING : html`<p class="note">${title}</p>`;
}

function timeline({ scenario, step: divergent, observations, invariant }: ReportBucket): Markup {
  const items = scenario.steps.map((step, index) => {
    const groups = observations === null ? [] : groupsAt(observations, index, index === divergent);
    const said =
      groups.length === 1
        ? answerMarkup(groups[0].text)
        : groups.map(({ text, names }) => html`<div>${answerMarkup(text)} <span class="who">${names.join(', ')}</span></div>`);
    const mark =
      index === divergent
        ? html`<strong class="here">${invariant === null ? 'diverges' : `breaks ${invariant.id}`}</strong>`
        : NOTHING;
    return html`<li class="${index === divergent ? 'divergent' : 'step'}"><code>${stepInWords(step)}</code> ${mark}${said}</li>`;
  });
  const missing = observations === null ? html`<p class="note">The finding's file is missing: no answers per step.</p>` : NOTHING;
  return html`<ol class="timeline" start="0">${items}</ol>${missing}`;
}

function copyable(text: string): Markup {
  return html`<div class="copy"><pre tabindex="0">${text}</pre><button type="button" class="copier">Copy</button></div>`;
}
