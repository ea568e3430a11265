/** Every rule that the page names, once, with its sentence and source: cards point here instead of repeating it. */
import { citationText } from '../citation-text.js';
import type { RuleLookup } from '../rule-lookup.js';
import type { ReportBucket } from '../run-report.js';
import { html, type Markup, NOTHING } from './markup.js';

export class RuleIndex {
  private readonly numbers: ReadonlyMap<string, number>;

  constructor(
    buckets: readonly ReportBucket[],
    private readonly lookup: RuleLookup,
  ) {
    const ids = [...new Set(buckets.flatMap(({ rules, groupRules }) => [...rules, ...groupRules.flat()]))].sort();
    this.numbers = new Map(ids.map((id, number) => [id, number]));
  }

  get ids(): readonly string[] {
    return [...this.numbers.keys()];
  }

  /** Indices into `ids`. */
  numbersOf(ids: readonly string[]): readonly number[] {
    return [...new Set(ids)].flatMap((id) => this.numbers.get(id) ?? []);
  }

  /** The id alone; the page's script puts the sentence before it. */
  link(id: string): Markup {
    return html`<a href="#r-${this.numbers.get(id) ?? 0}">${id}</a>`;
  }

  /** Sentence, source, id. */
  inFull(id: string): Markup {
    const rule = this.lookup(id);
    if (rule === undefined) return html`<code>${id}</code> <span class="note">(its model is not in this build)</span>`;
    return html`<span class="sentence">${rule.sentence}</span> <cite>${citationText(rule.citation)}</cite> <code>${id}</code>`;
  }

  markup(): Markup {
    if (this.numbers.size === 0) return NOTHING;
    const items = this.ids.map((id, number) => html`<li id="r-${number}">${this.inFull(id)}</li>`);
    return html`<details class="rule-index"><summary>The ${this.numbers.size} rules that are named here, with their sources</summary><ul class="plain">${items}</ul></details>`;
  }
}
