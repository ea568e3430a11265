/** Profiles against profiles: in how many buckets the two stand in different groups. */
import { dataText, html, type Markup } from './markup.js';
import { plural } from '../plural.js';
import type { ReportBucket, RunReport } from '../run-report.js';

const SHADES = 8;

/** By row and column, in the order of the panel; symmetric. */
export function disagreements(profiles: readonly string[], buckets: readonly Pick<ReportBucket, 'partition'>[]): number[][] {
  const counts = profiles.map(() => profiles.map(() => 0));
  for (const { partition } of buckets) {
    const groups = profiles.map((name) => partition.findIndex((group) => group.includes(name)));
    groups.forEach((own, row) => {
      groups.forEach((other, column) => {
        if (own >= 0 && other >= 0 && own !== other) counts[row][column]++;
      });
    });
  }
  return counts;
}

/** Profiles that stand apart from nobody have neither row nor column. */
export function heatMap({ profiles, buckets }: RunReport): Markup {
  const counts = disagreements(profiles, buckets);
  const most = Math.max(0, ...counts.flat());
  const apart = profiles.map((_, index) => index).filter((index) => counts[index].some((count) => count > 0));
  if (apart.length === 0) return html`<p class="note">No two profiles disagree.</p>`;
  const cell = (row: number, column: number) => {
    const count = counts[row][column];
    if (row === column || count === 0) return html`<td class="self">${row === column ? '·' : 0}</td>`;
    const label = `${profiles[row]} and ${profiles[column]}: ${plural(count, 'bucket')}`;
    return html`<td class="heat-${Math.ceil((SHADES * count) / most)}"><button type="button" class="pair" data-pair="${dataText([profiles[row], profiles[column]])}" title="${label}" aria-label="${label}">${count}</button></td>`;
  };
  const rest =
    apart.length === profiles.length
      ? ''
      : ` ${profiles.length - apart.length} of ${profiles.length} profiles disagree with none and are left out.`;
  return html`<p class="note">Buckets in which two profiles disagree. A cell filters the list below.${rest}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Buckets in which two profiles disagree"><table class="heat">
<thead><tr><th scope="col">profile</th>${apart.map((index) => html`<th scope="col" title="${profiles[index]}">${index + 1}</th>`)}</tr></thead>
<tbody>${apart.map(
    (row) =>
      html`<tr><th scope="row"><span class="seat">${row + 1}</span> ${profiles[row]}</th>${apart.map((column) => cell(row, column))}</tr>`,
  )}</tbody></table></div>`;
}
