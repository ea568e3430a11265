/** Profiles against profiles: in how many buckets the two stand in different groups, how bad the worst is, whether one is new. */
import { SEVERITIES, type Severity } from '../../classify/severity.js';
import { plural } from '../plural.js';
import type { ReportBucket, RunReport } from '../run-report.js';
import { html, type Markup, NOTHING } from './markup.js';

type Told = Pick<ReportBucket, 'partition' | 'severity' | 'standing'>;

export interface Disagreement {
  readonly count: number;
  readonly worst: Severity;
  /** Buckets that are not known. */
  readonly news: number;
}

/** By row and column, in the order of the panel; null where the two never stand apart. Symmetric. */
export function disagreements(profiles: readonly string[], buckets: readonly Told[]): (Disagreement | null)[][] {
  const cells: (Disagreement | null)[][] = profiles.map(() => profiles.map(() => null));
  const rank = (severity: Severity) => SEVERITIES.indexOf(severity);
  for (const { partition, severity, standing } of buckets) {
    const groups = profiles.map((name) => partition.findIndex((group) => group.includes(name)));
    groups.forEach((own, row) => {
      groups.forEach((other, column) => {
        if (own < 0 || other < 0 || own === other) return;
        const { count, worst, news } = cells[row][column] ?? { count: 0, worst: severity, news: 0 };
        cells[row][column] = {
          count: count + 1,
          worst: rank(severity) < rank(worst) ? severity : worst,
          news: news + (standing === 'known' ? 0 : 1),
        };
      });
    });
  }
  return cells;
}

/** One half: who disagrees with whom has no direction. Profiles that stand apart from nobody have neither row nor column. */
export function heatMap({ profiles, buckets, ledger }: RunReport): Markup {
  const cells = disagreements(profiles, buckets);
  const apart = profiles.map((_, index) => index).filter((index) => cells[index].some((cell) => cell !== null));
  if (apart.length === 0) return html`<p class="note">No two profiles disagree.</p>`;
  const cell = (row: number, column: number) => {
    const found = cells[row][column];
    if (found === null) return html`<td class="self">0</td>`;
    const { count, worst, news } = found;
    const isNew = ledger !== null && news > 0;
    const label = `${profiles[row]} and ${profiles[column]}: ${plural(count, 'bucket')}, the worst ${worst}${isNew ? `, ${news} new` : ''}`;
    return html`<td class="h-${worst}"><button type="button" class="pair" data-pair="${row},${column}" title="${label}" aria-label="${label}">${count}${isNew ? html`<sup>+${news}</sup>` : NOTHING}</button></td>`;
  };
  const rest = profiles.length - apart.length;
  const note = `Buckets in which two profiles disagree, coloured by the worst${ledger === null ? '' : '; +1: one of them is new'}. A cell filters the list.${rest === 0 ? '' : ` ${rest} of ${profiles.length} profiles disagree with none and are left out.`}`;
  return html`<p class="note">${note}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Buckets in which two profiles disagree"><table class="heat">
<tbody>${apart.map(
    (row, index) =>
      html`<tr><th scope="row">${profiles[row]} <span class="seat">${index + 1}</span></th>${apart.slice(0, index).map((column) => cell(row, column))}</tr>`,
  )}</tbody><tfoot><tr><th></th>${apart.slice(0, -1).map((column, index) => html`<th scope="col" title="${profiles[column]}">${index + 1}</th>`)}</tr></tfoot></table></div>
<p class="legend">${SEVERITIES.filter((severity) => buckets.some((bucket) => bucket.severity === severity)).map((severity) => html`<span class="h-${severity}">${severity}</span>`)}</p>`;
}
