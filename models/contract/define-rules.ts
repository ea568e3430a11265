/** The rules of a model's folder from one list of definitions: ids, numbers and the table by number. */
import { ModelDefect } from './defect.js';
import { OPERATION_ABSENT, type Rule, RULE_LIMIT } from './rule.js';

/** A rule without its folder. Its id is the key of the definition in kebab-case, or `name`. */
export interface RuleText extends Omit<Rule, 'id' | 'cause' | 'clauses'> {
  readonly name?: string;
  /** Without the folder. */
  readonly cause?: string;
  /** Keys of rules defined in the same group or one before. The rule shares `name` with the one that it is without them. */
  readonly clauses?: readonly string[];
}

export type RuleTexts = Readonly<Record<string, RuleText>>;
/** Numbers that observations carry, by key. */
export type RuleNumbers<T extends RuleTexts> = { readonly [K in keyof T & string]: number };
/** By the number that observations carry; index 0 is unused. */
export type RuleList = readonly (Rule | null)[];

/** A rule with its source, in the order in which a list of rules reads best. */
export function rule(sentence: string, document: string, place: string, commit?: string): RuleText {
  return { sentence, citation: { document, place, ...(commit === undefined ? {} : { commit }) } };
}

/** What the scenario format demands of every subject. @param place a heading of it, in quotes */
export function formatRule(sentence: string, place = '"steps"'): RuleText {
  return rule(sentence, 'emtdiff scenario format, version 1', place);
}

/** The same rules, told with clauses: a group of definitions to stand after theirs and after those of the clauses. */
export function withClauses<T extends RuleTexts>(texts: T, ...clauses: readonly string[]): { readonly [K in keyof T]: RuleText } {
  const entries = Object.entries(texts).map(([key, text]) => [key, { ...text, clauses: [...(text.clauses ?? []), ...clauses] }]);
  return Object.fromEntries(entries) as { readonly [K in keyof T]: RuleText };
}

/** From the number of a rule to that of the rule with the same key in `variants`, if there is one: else to itself. */
export function variantNumbers(rules: RuleNumbers<RuleTexts>, variants: RuleNumbers<RuleTexts>): Uint16Array {
  const numbers = Uint16Array.from({ length: RULE_LIMIT }, (_, number) => number);
  for (const [key, variant] of Object.entries(variants)) numbers[rules[key]] = variant;
  return numbers;
}

/** By number: is it a rule by which `counters.zaps` counts an invalidation? */
export function countedZaps(rules: RuleList): Uint8Array {
  return Uint8Array.from(rules, (rule) => (rule?.kind === 'zap' ? 1 : 0));
}

const ABSENT: RuleText = {
  ...formatRule('The subject has no such operation, so the step is not applicable.', '"Observations: one per step and model"'),
  name: 'operation-absent',
};

/**
 * The table of rules and, for each group of definitions, their numbers by key: `const [rules, RULE] = defineRules('tdx', { ... })`. Numbers
 * follow the order of the definitions and are stored nowhere. A group may be computed, as the cells of a table are.
 * @throws {ModelDefect} if there are too many, or a clause is not defined before the rule that names it
 */
export function defineRules<const T extends readonly RuleTexts[]>(
  folder: string,
  ...groups: T
): readonly [rules: RuleList, ...numbers: { readonly [I in keyof T]: RuleNumbers<T[I]> }] {
  const rules: (Rule | null)[] = [null];
  const byKey = new Map<string, Rule>();
  const define = (key: string, text: RuleText): number => {
    const rule = ruleOf(folder, key, text, byKey);
    byKey.set(key, rule);
    return rules.push(rule) - 1;
  };
  if (define('operationAbsent', ABSENT) !== OPERATION_ABSENT) throw new ModelDefect(`${folder}: a rule before the first`);
  const numbers = groups.map((texts) => Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, define(key, text)])));
  if (rules.length > RULE_LIMIT) throw new ModelDefect(`${folder}: ${rules.length - 1} rules, more than an observation can carry`);
  return [rules, ...numbers] as unknown as ReturnType<typeof defineRules<T>>;
}

function ruleOf(folder: string, key: string, text: RuleText, known: ReadonlyMap<string, Rule>): Rule {
  const { name = kebabCase(key), cause, clauses, ...rest } = text;
  return {
    id: `${folder}.${name}`,
    ...rest,
    ...(cause === undefined ? {} : { cause: `${folder}.${cause}` }),
    ...(clauses === undefined ? {} : { clauses: clauses.map((clause) => clauseOf(folder, clause, known)) }),
  };
}

function clauseOf(folder: string, key: string, known: ReadonlyMap<string, Rule>): Rule {
  const clause = known.get(key);
  if (clause === undefined) throw new ModelDefect(`${folder}: clause ${key} is not defined before the rule that names it`);
  return clause;
}

/** `mtrrcapIsReadOnly` is `mtrrcap-is-read-only`; a name in kebab-case stays. */
function kebabCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
