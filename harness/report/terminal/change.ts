/** A change of an answer in words: commits, then the rule's sentence with its source. */
import type { Rule } from '../../../models/contract/rule.js';
import type { VersionAnswer } from '../../history/answer.js';
import type { Change } from '../../history/change.js';
import { seenText } from '../answer-text.js';
import { citationText } from '../citation-text.js';
import { wrapped } from '../wrapped.js';

/** `64d4d521757`, `one of 0a7b73559b39, 377b2f359d1f`; nothing where none is known. */
export function commitsText({ commits, isExact }: Change): string {
  if (commits.length === 0) return '';
  return isExact ? commits[0] : `one of ${commits.join(', ')}`;
}

/** What is compared of a version's answer. */
export function versionText({ zaps, ...answer }: VersionAnswer): string {
  return `${seenText(answer)}${zaps ? ', invalidates mappings' : ''}`;
}

export function ruleLines(rule: Rule | null, width: number, indent: string, before = ''): string[] {
  return rule === null ? [] : wrapped(`${before}${rule.sentence} [${citationText(rule.citation)}]`, width, indent, indent);
}
