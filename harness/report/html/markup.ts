/** HTML by template: what stands in the template is markup, what is put in is text, unless it is markup itself. */
import { visible } from '../../operations/visible.js';

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

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text of others in HTML or XML: marks escaped, control characters (but a line's end) shown and not obeyed. */
export function escaped(text: string): string {
  return text
    .split('\n')
    .map((line) => visible(line).replace(/[&<>"']/g, (mark) => ENTITIES[mark]))
    .join('\n');
}

/** Long text between tags: quotes need no escape there, and a page of scenarios has many. */
export function textMarkup(text: string): Markup {
  return new Markup(escaped(text).replaceAll('&quot;', '"').replaceAll('&#39;', "'"));
}

/** Data for the page's script, to stand in a quoted attribute: its texts as the page shows them, so that the two compare. */
export function dataText(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'string' ? visible(part) : part));
}
