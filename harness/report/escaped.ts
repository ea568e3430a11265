/** Text of others between the marks of HTML and XML. */
import { visible } from '../operations/visible.js';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text of others in HTML or XML: marks escaped, control characters and ends of lines shown and not obeyed. */
export function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, (mark) => ENTITIES[mark]);
}
