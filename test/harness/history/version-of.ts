/** A version that gives one answer to every access, for tests that need a history of their own. */
import type { Model, Profile } from '../../../models/contract/model.js';
import type { EffectiveType } from '../../../models/contract/memory-type.js';
import { openBetween, typed } from '../../../models/contract/observation.js';
import type { Rule } from '../../../models/contract/rule.js';

export const RULES: readonly (Rule | null)[] = [
  null,
  { id: 'test.old', sentence: 'The old rule.', citation: { document: 'a tree', place: 'f()', commit: 'aaaa1111' } },
  { id: 'test.new', sentence: 'The new rule.', citation: { document: 'a tree', place: 'f()', commit: 'bbbb2222' } },
];

/** @param type null: left open */
export function versionOf(name: string, type: EffectiveType | null, rule: number, commits: readonly string[] = []): Profile {
  const answer = type === null ? openBetween(3, rule) : typed(type, 1, 0, rule);
  const model = { reset() {}, access: () => answer, counters: () => ({}), state: () => ({}), valueHi: 0, valueLo: 0 };
  return {
    name: `test/${name}`,
    lineage: 'test',
    vendor: 'intel',
    span: `Test ${name}`,
    commits,
    summary: 'A version for tests.',
    hasLeaf: true,
    rules: RULES,
    create: () => model as unknown as Model,
  };
}
