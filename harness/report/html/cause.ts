/** One cause of the HTML report: a line that opens to its rules, the smallest witness in full, and its other buckets below. */
import { severityText, stepsText } from '../bucket-text.js';
import { anchorOf } from '../anchor.js';
import { plural } from '../plural.js';
import type { ReportBucket, ReportCause } from '../run-report.js';
import { bucketBody, bucketHead, type BucketSources } from './bucket.js';
import { html, type Markup, NOTHING } from './markup.js';

export function causeMarkup(cause: ReportCause, sources: BucketSources): Markup {
  const { id, title, severity, standing, buckets, rules } = cause;
  const [witness, ...others] = buckets;
  const cases = buckets.reduce((sum, { count }) => sum + count, 0);
  const novel = buckets.filter((bucket) => bucket.standing !== 'known').length;
  const counts = [plural(buckets.length, 'bucket'), plural(cases, 'case'), stepsText(cause.scenario)];
  if (sources.isJudged && standing === 'changed') counts.unshift(`${novel} new`);
  return html`<details class="cause is-${standing}" id="c-${anchorOf(id)}">
<summary><span class="severity s-${severity}">${severity}</span> ${
    sources.isJudged ? html`<span class="standing is-${standing}">${standing}</span> ` : NOTHING
  }<span class="what">${title}</span> <span class="meta">${counts.join(', ')}</span></summary>
<div class="body">
<div class="why">${rules.map((rule) => html`<p class="rule">${sources.rules.inFull(rule)}</p>`)}</div>
${bucketMarkup(witness, sources, true)}
${others.length === 0 ? NOTHING : html`<h3>${plural(others.length, 'more bucket')} of this cause</h3>`}
${others.map((bucket) => bucketMarkup(bucket, sources, false))}
</div></details>`;
}

/** @param isWitness stands open, with its rules spelt out and the models' states. */
function bucketMarkup(bucket: ReportBucket, sources: BucketSources, isWitness: boolean): Markup {
  const { seatOf, rules } = sources;
  const { severity, standing, partition, expected, got, groupRules } = bucket;
  const groups = partition.map((group) => group.map(seatOf).join()).join('|');
  const named = rules.numbersOf([...bucket.rules, ...groupRules.flat()]).join();
  return html`<details class="bucket" id="b-${anchorOf(bucket.id)}"${isWitness ? html` open` : NOTHING} data-severity="${severity}" data-standing="${standing}" data-partition="${groups}" data-sides="${[expected, got].map(seatOf).join()}" data-rules="${named}">
<summary><span class="severity s-${severity}">${severityText(bucket)}</span> ${bucketHead(bucket, sources.isJudged)}</summary>
${bucketBody(bucket, sources, isWitness)}
</details>`;
}
