/** Rules by their ids: the reports get them as an argument, for they know no model. */
import type { Rule } from '../../models/contract/rule.js';
import { citationText } from './citation-text.js';

/** undefined: a rule of an external model, or of another version. */
export type RuleLookup = (id: string) => Rule | undefined;

export function ruleLookup(lists: readonly (readonly (Rule | null)[])[]): RuleLookup {
  const byId = new Map(lists.flatMap((rules) => rules.flatMap((rule) => (rule === null ? [] : [[rule.id, rule] as const]))));
  return (id) => byId.get(id);
}

/** `sentence [citation]`, or the id alone. */
export function ruleInWords(id: string, lookup: RuleLookup): string {
  const rule = lookup(id);
  return rule === undefined ? id : `${rule.sentence} [${citationText(rule.citation)}]`;
}
