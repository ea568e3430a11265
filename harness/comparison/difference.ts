/** A difference of the two sides: one cause, with every bucket that it shows as. */
import { rankOf, SEVERITIES, type Severity } from '../classify/severity.js';
import type { Finding } from '../finding/finding.js';
import { type Cause, causeOf, type SideName } from './cause.js';
import type { Rerun } from './rerun.js';
import type { Statements } from './statements.js';

/** One bucket of a difference. */
export interface Symptom {
  readonly finding: Finding;
  /** Points of the decision space in which it shows. */
  readonly points: number;
  /** Random sequences in which it shows. */
  readonly sequences: number;
}

/** A rule of one side that decides where the other side decides by several. */
export interface RuleCause {
  readonly kind: 'rule';
  readonly side: SideName;
  readonly rule: string;
  /** The other side did not reach it in the whole search. */
  readonly isOnly: boolean;
}

/** Both sides decide by the same statement of the source, of different registers. */
export interface InputCause {
  readonly kind: 'inputs';
}

export type DifferenceCause = Exclude<Cause, { kind: 'rules' }> | RuleCause | InputCause;

export interface Difference {
  readonly id: string;
  /** Of the first symptom, whose scenario is the simplest. */
  readonly cause: DifferenceCause;
  /** The worst of the symptoms. */
  readonly severity: Severity;
  /** Simplest first. */
  readonly symptoms: readonly Symptom[];
  /** Sums over the symptoms. */
  readonly points: number;
  readonly sequences: number;
}

/** Worst first, then the most frequent, then by id. */
export async function differencesOf(symptoms: readonly Symptom[], rerun: Rerun, statements: Statements): Promise<Difference[]> {
  const caused: { symptom: Symptom; cause: Cause }[] = [];
  for (const symptom of [...symptoms].sort(bySimplicity)) caused.push({ symptom, cause: await causeOf(symptom.finding, rerun) });
  const favoured = statements.favouredSide(caused.flatMap(({ cause }) => (cause.kind === 'rules' ? [cause] : [])));
  const groups = new Map<string, { id: string; cause: DifferenceCause; symptoms: Symptom[] }>();
  for (const { symptom, cause } of caused) {
    const joined = cause.kind === 'rules' ? joinedCause(cause, statements, favoured) : cause;
    const key = joined.kind === 'rule' ? `${joined.side} ${statements.of(joined.rule)}` : idOf(joined);
    const group = groups.get(key) ?? { id: idOf(joined), cause: joined, symptoms: [] };
    group.symptoms.push(symptom);
    groups.set(key, group);
  }
  return [...groups.values()]
    .map((group): Difference => ({ ...group, severity: worstOf(group.symptoms), ...seenIn(group.symptoms) }))
    .sort(
      (x, y) =>
        rankOf(x.severity) - rankOf(y.severity) || y.points - x.points || y.sequences - x.sequences || (x.id < y.id ? -1 : 1),
    );
}

type RulesCause = Extract<Cause, { kind: 'rules' }>;

function idOf(cause: DifferenceCause): string {
  switch (cause.kind) {
    case 'invalidation':
      return `invalidation~${cause.op}~kept-by-${cause.keeps}`;
    case 'mapping':
      return `mapping~kept-by-${cause.keeps}`;
    case 'vcpu':
      return 'registers-of-another-vcpu';
    case 'size':
      return 'mappings-of-other-size';
    case 'inputs':
      return 'same-rules-other-inputs';
    case 'zap':
      return `zap-of-${cause.zaps}~${cause.rule}`;
    case 'counters':
      return `counters~${cause.counters.join('~')}`;
    case 'rule':
      return `rule-of-${cause.side}~${cause.rule}`;
  }
}

function joinedCause(rules: RulesCause, statements: Statements, favoured: SideName): DifferenceCause {
  const only = statements.onlySide(rules);
  if (only === null && rules.sizesDiffer) return { kind: 'size' };
  if (only === null && statements.of(rules.a) === statements.of(rules.b)) return { kind: 'inputs' };
  const side = only ?? favoured;
  return { kind: 'rule', side, rule: rules[side], isOnly: only !== null && statements.areOfBoth };
}

function bySimplicity(x: Symptom, y: Symptom): number {
  return x.finding.scenario.steps.length - y.finding.scenario.steps.length || (x.finding.bucket.id < y.finding.bucket.id ? -1 : 1);
}

function worstOf(symptoms: readonly Symptom[]): Severity {
  return SEVERITIES[Math.min(...symptoms.map(({ finding }) => rankOf(finding.severity)))];
}

/** One scenario that shows two symptoms counts twice. */
function seenIn(symptoms: readonly Symptom[]): { points: number; sequences: number } {
  const sum = (count: (symptom: Symptom) => number) => symptoms.reduce((total, symptom) => total + count(symptom), 0);
  return { points: sum(({ points }) => points), sequences: sum(({ sequences }) => sequences) };
}
