/** HTML by template: what stands in the template is markup, what is put in is text, unless it is markup itself. */
import { visible } from '../../operations/visible.js';
import { escaped } from '../escaped.js';

export class Markup {
  constructor(readonly text: string) {}
}

type Part = string | number | Markup | readonly Markup[];

/** Strings and numbers are escaped, for elements and for quoted attributes; markup and lists of it stand as they are. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.reduce((text, string, index) => text + partText(parts[index - 1]) + string));
}

export const NOTHING = new Markup('');

function partText(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return escaped(`${part}`);
  return part.map(({ text }) => text).join('\n');
}

/** Lines of ours between tags: their ends stay, and quotes need no escape there, of which a page of scenarios has many. */
export function textMarkup(text: string): Markup {
  const lines = text.split('\n').map((line) => escaped(line).replaceAll('&quot;', '"').replaceAll('&#39;', "'"));
  return new Markup(lines.join('\n'));
}

/** Data for the page's script, to stand in a quoted attribute: its texts as the page shows them, so that the two compare. */
export function dataText(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'string' ? visible(part) : part));
}
