/** A source in a line: document, place, commit. */
import type { Invariant } from '../../models/contract/invariant.js';
import type { Citation } from '../../models/contract/rule.js';

export function citationText({ document, place, commit }: Citation): string {
  return `${document}, ${place}${commit === undefined ? '' : `, ${commit}`}`;
}

/** `I7: A free page is not assigned. [source]`. */
export function invariantText({ id, sentence, citation }: Invariant): string {
  return `${id}: ${sentence}${citation === undefined ? '' : ` [${citationText(citation)}]`}`;
}
