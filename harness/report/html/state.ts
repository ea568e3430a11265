/** The states of the models at the divergent step, as the page shows them: each minority against the majority. */
import type { StateDifference } from '../../explain/state-difference.js';
import { html, type Markup, NOTHING } from './markup.js';

/** By a bucket's id; empty where states are equal or not known. */
export type StateLookup = (id: string) => readonly StateDifference[];

export const NO_STATES: StateLookup = () => [];

/** Of one difference; `emtdiff explain` has all of them. */
const MOST_LINES = 60;

export function stateMarkup(differences: readonly StateDifference[]): Markup {
  if (differences.length === 0) return NOTHING;
  return html`<h3>State after the divergent step</h3>
${differences.map(differenceMarkup)}`;
}

function differenceMarkup({ majority, minority, difference }: StateDifference): Markup {
  const lines = difference.split('\n');
  const more = lines.length - MOST_LINES;
  return html`<p class="note"><span class="minus">- ${majority}</span> (majority) against <span class="plus">+ ${minority}</span></p>
<pre class="state" tabindex="0">${lines.slice(0, MOST_LINES).map(lineMarkup)}${more > 0 ? `\n... ${more} more lines: emtdiff explain` : ''}</pre>`;
}

function lineMarkup(line: string): Markup {
  if (line.startsWith('-')) return html`<del>${line}</del>`;
  return line.startsWith('+') ? html`<ins>${line}</ins>` : html`${line}`;
}
