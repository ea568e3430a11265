/** Profiles against profiles: in how many buckets the two stand in different groups. */
import { dataText, html, type Markup } from './markup.js';
import type { ReportBucket, RunReport } from './run-report.js';

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

export function heatMap({ profiles, buckets }: RunReport): Markup {
  const counts = disagreements(profiles, buckets);
  const most = Math.max(1, ...counts.flat());
  const shade = (count: number) => (count === 0 ? 0 : Math.max(1, Math.ceil((SHADES * count) / most)));
  const cell = (row: number, column: number) => {
    if (row === column) return html`<td class="self">·</td>`;
    const label = `${profiles[row]} against ${profiles[column]}: ${counts[row][column]} buckets`;
    return html`<td class="heat-${shade(counts[row][column])}"><button type="button" class="pair" data-pair="${dataText([profiles[row], profiles[column]])}" title="${label}" aria-label="${label}">${counts[row][column]}</button></td>`;
  };
  return html`<p class="note">Buckets in which two profiles disagree. A cell filters the list below.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Buckets in which two profiles disagree"><table class="heat">
<thead><tr><th scope="col">profile</th>${profiles.map((name, index) => html`<th scope="col" title="${name}">${index + 1}</th>`)}</tr></thead>
<tbody>${profiles.map(
    (name, row) =>
      html`<tr><th scope="row"><span class="seat">${row + 1}</span> ${name}</th>${profiles.map((_, column) => cell(row, column))}</tr>`,
  )}</tbody></table></div>`;
}
