/** One bucket of the HTML report: answers, timeline, memory map and the replay command. */
import { stepInWords } from '../../operations/registry.js';
import { printScenario } from '../../scenario/print.js';
import type { Scenario } from '../../scenario/scenario.js';
import { answerText } from '../answer-text.js';
import { caseText, conductText, deciders, machineText, stepsText, whereText } from '../bucket-text.js';
import type { ReportBucket } from '../run-report.js';
import { groupsAt } from '../answer-groups.js';
import { html, type Markup, NOTHING, textMarkup } from './markup.js';
import { kindClass, memoryMap } from './memory-map.js';
import { defaultTypeText, memoryRanges } from './memory-ranges.js';
import type { RuleIndex } from './rule-index.js';
import { type StateLookup, stateMarkup } from './state.js';

export interface BucketSources {
  readonly rules: RuleIndex;
  readonly states: StateLookup;
  /** Whether it means something that a bucket is new. */
  readonly isJudged: boolean;
  /** Index of a profile in the run's list. */
  readonly seatOf: (profile: string) => number;
}

/** What stands in the line that opens. */
export function bucketHead(bucket: ReportBucket, isJudged: boolean): Markup {
  const { expected, got, answers, partition, invariant, standing, scenario } = bucket;
  const answerOf = (profile: string) => {
    const answer = answers[partition.findIndex((group) => group.includes(profile))];
    return answer === undefined ? NOTHING : html` ${answerMarkup(answerText(answer))}`;
  };
  const where = whereText(bucket);
  const what =
    invariant === null
      ? html`${where}, <b>${expected}</b>${answerOf(expected)} against <b>${got}</b>${answerOf(got)}`
      : html`${where}, <b>${got}</b>${answerOf(got)} breaks <b>${invariant.id}</b>`;
  const news = isJudged && standing !== 'known' ? html`<span class="standing is-${standing}">${standing}</span> ` : NOTHING;
  return html`${news}<span class="what">${what}</span> <span class="meta">${caseText(bucket)}, ${stepsText(scenario)}</span>`;
}

/** @param isWitness with all rules spelt out, the memory map and the models' states: a page of hundreds of buckets is to load at once. */
export function bucketBody(bucket: ReportBucket, { rules, states }: BucketSources, isWitness: boolean): Markup {
  const { id, scenario } = bucket;
  return html`<div class="body">
<p class="id"><code>${id}</code></p>
${statementMarkup(bucket)}
${knownMarkup(bucket)}
${answersMarkup(bucket, rules, isWitness)}
${aliasMarkup(bucket)}
${isWitness ? html`<div class="columns"><section>${scenarioMarkup(bucket)}</section>${mapMarkup(bucket)}</div>${stateMarkup(states(id))}` : scenarioMarkup(bucket)}
<h3>Replay</h3>
${copyable(html`${bucket.replay}`)}
<details><summary>Scenario as JSON${isWitness ? html` (for <code>emtdiff replay</code>, <code>explain</code>, <code>minimise</code>)` : NOTHING}</summary>${copyable(textMarkup(printScenario(scenario)))}</details>
</div>`;
}

function scenarioMarkup(bucket: ReportBucket): Markup {
  const { scenario } = bucket;
  return html`<h3>Minimal scenario</h3>
${titleMarkup(scenario)}<p class="machine">machine <code>${textMarkup(machineText(scenario))}</code></p>
${timeline(bucket)}`;
}

function mapMarkup({ scenario, step }: ReportBucket): Markup {
  return html`<section><h3>Memory map</h3><p class="note">Guest-physical addresses downwards, not to scale; ${defaultTypeText(scenario, step)}.</p>
${memoryMap(memoryRanges(scenario, step))}</section>`;
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
  const kind = kindClass(text.split(' ')[0]);
  return kind === kindClass('') ? html`<samp>${text}</samp>` : html`<samp class="${kind}">${text}</samp>`;
}

/** Of the witness every rule in full; of another bucket those of the two sides, whose sentences the page's script puts in. */
function answersMarkup(bucket: ReportBucket, index: RuleIndex, isWitness: boolean): Markup {
  const ruleMarkup = (id: string) => (isWitness ? index.inFull(id) : index.link(id));
  const isTold = (id: string) => isWitness || bucket.rules.includes(id);
  const groups = bucket.partition.map((group, number) => {
    const rules = (bucket.groupRules[number] ?? []).filter(isTold).map((id) => {
      const profiles = deciders(bucket, group, id);
      const who = profiles.length === 0 ? NOTHING : html`<small>${profiles.join(', ')}:</small> `;
      return html`<p class="rule">${who}${ruleMarkup(id)}</p>`;
    });
    return html`<li>${headMarkup(bucket, number)} ${group.map((name) => html`<i>${name}</i>`)}
${rules}</li>`;
  });
  const silent = bucket.abstaining.length === 0 ? NOTHING : html`<p class="note">Abstaining: ${bucket.abstaining.join(', ')}</p>`;
  return html`<h3>${bucket.invariant === null ? 'Who answers what, and why' : 'Who keeps it, who breaks it, and by which rule'}</h3><ul class="groups">${groups}</ul>${silent}`;
}

/** What a group has in common: its answer, or that it keeps or breaks an invariant, whatever its members answer. */
function headMarkup(bucket: ReportBucket, index: number): Markup {
  const conduct = conductText(bucket, bucket.partition[index]);
  if (conduct !== null) return html`<b>${conduct}</b>`;
  return bucket.answers[index] === undefined ? NOTHING : answerMarkup(answerText(bucket.answers[index]));
}

function aliasMarkup({ alias, expected, got }: ReportBucket): Markup {
  if (alias === null) return NOTHING;
  const side = (name: string, { guest, host, withSelfSnoop, withoutSelfSnoop }: NonNullable<ReportBucket['alias']>['got']) =>
    html`<dt>${name}</dt><dd>guest ${guest}, host mapping ${host}: ${withSelfSnoop}${
      withSelfSnoop === withoutSelfSnoop ? '' : `; otherwise ${withoutSelfSnoop}`
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
        : groups.map(({ text, names }) => html`<div>${answerMarkup(text)} <small>${names.join(', ')}</small></div>`);
    const mark =
      index === divergent
        ? html`<strong class="here">${invariant === null ? 'diverges' : `breaks ${invariant.id}`}</strong>`
        : NOTHING;
    return html`<li${index === divergent ? html` class="divergent"` : NOTHING}><code>${stepInWords(step)}</code> ${mark}${said}</li>`;
  });
  const missing = observations === null ? html`<p class="note">The finding's file is missing: no answers per step.</p>` : NOTHING;
  return html`<ol class="timeline" start="0">${items}</ol>${missing}`;
}

function copyable(text: Markup): Markup {
  return html`<div class="copy"><pre tabindex="0">${text}</pre><button type="button" class="copier">Copy</button></div>`;
}
