/** Every rule of this folder, and the number that an observation carries for it. */
import { ModelDefect } from '../contract/defect.js';
import type { Rule } from '../contract/rule.js';
import { AMD_CELLS } from './amd-effective-type.js';
import { AMD_RULES } from './amd-rules.js';
import { FORMAT_RULES } from './format-rules.js';
import { INTEL_CELLS } from './intel-effective-type.js';
import { INTEL_RULES } from './intel-rules.js';

/** By number; 0 is no rule. */
export const rules: readonly (Rule | null)[] = [
  null,
  ...Object.values(FORMAT_RULES),
  ...Object.values(INTEL_RULES),
  ...INTEL_CELLS.map((cell) => cell.rule),
  ...Object.values(AMD_RULES),
  ...AMD_CELLS.map((cell) => cell.rule),
];

/** @throws {ModelDefect} if the rule is not in `rules`. */
export function ruleNumber(rule: Rule): number {
  const number = rules.indexOf(rule);
  if (number < 1) throw new ModelDefect(`bare-metal: rule ${rule.id} is not in the list of rules`);
  return number;
}

/** The same names with numbers in place of rules. */
export function ruleNumbers<Name extends string>(named: Readonly<Record<Name, Rule>>): Readonly<Record<Name, number>> {
  const entries = Object.entries<Rule>(named).map(([name, rule]) => [name, ruleNumber(rule)]);
  return Object.fromEntries(entries) as Record<Name, number>;
}
