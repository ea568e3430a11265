/** How a run went over time, as a chart: cases and buckets against seconds, a pair of lines for each shard. */
import { html, type Markup, NOTHING } from './markup.js';
import { grouped, shownSeconds } from '../amount-text.js';
import { curveText } from '../curve-text.js';
import type { ProgressCurve, ProgressPoint } from '../../panel/progress-curve.js';

/** Of the drawing, which is stretched to its place; labels stand outside it and keep their size. */
const WIDTH = 1000;
const HEIGHT = 100;
const START: ProgressPoint = [0, 0, 0];

export function progressChart(curves: readonly ProgressCurve[]): Markup {
  const points = curves.flatMap((curve) => curve.points);
  if (points.length === 0) return NOTHING;
  const most = (part: 0 | 1 | 2) => Math.max(...points.map((point) => point[part]), Number.MIN_VALUE);
  const [seconds, cases, buckets] = [most(0), most(1), most(2)];
  const line = ({ points: own }: ProgressCurve, part: 1 | 2, top: number) =>
    [START, ...own]
      .map((point) => `${rounded((WIDTH * point[0]) / seconds)},${rounded(HEIGHT - (HEIGHT * point[part]) / top)}`)
      .join(' ');
  const lines = curves.map(
    (curve) =>
      html`<polyline class="cases" points="${line(curve, 1, cases)}"/><polyline class="buckets" points="${line(curve, 2, buckets)}"/>`,
  );
  const label = curves.map((curve) => curveText(curve, curves.length > 1)).join(' ');
  return html`<section id="time"><h2>Over time</h2><figure class="progress">
<div class="ends"><span class="buckets">${grouped(buckets)} buckets</span><span class="cases">${grouped(cases)} cases</span></div>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">${lines}</svg>
<div class="ends"><span>0 s</span><span>${shownSeconds(seconds)}</span></div>
<figcaption class="note">${curves.map((curve) => html`<p>${curveText(curve, curves.length > 1)}</p>`)}</figcaption></figure></section>`;
}

const rounded = (number: number) => Math.round(number * 10) / 10;
