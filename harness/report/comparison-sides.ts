/** What reports of a comparison say of its two sides. */
import { COUNTER_NAMES, type Counters } from '../../models/contract/counters.js';
import type { Profile } from '../../models/contract/model.js';
import type { ComparisonResult } from '../comparison.js';
import type { DifferenceCause, Symptom } from '../comparison/difference.js';
import { type Finding, sideRules } from '../finding/finding.js';
import { stepInWords } from '../operations/registry.js';
import { answerText, seenText } from './answer-text.js';
import { type RuleSource, ruleSource } from './rule-source.js';

export interface ComparedSide {
  readonly name: string;
  /** Null: an external model. */
  readonly profile: Profile | null;
}

/** A and B. */
export function comparedSides({ pair }: ComparisonResult): [ComparedSide, ComparedSide] {
  const side = (seat: number) => ({ name: pair.work.panel.seats[seat].name, profile: pair.work.seats.profiles[seat] ?? null });
  return [side(pair.a), side(pair.b)];
}

/** The rules that decided the two sides in the minimal scenario. */
export function symptomRules({ finding }: Symptom, [a, b]: readonly [ComparedSide, ComparedSide]): [RuleSource, RuleSource] {
  const [ruleA, ruleB] = sideRules(finding);
  return [ruleSource(ruleA, a.profile), ruleSource(ruleB, b.profile)];
}

/** What a side of a symptom went by: the id of its rule; of a side without rules, its answer in words. */
export function decidedBy({ id, rule }: RuleSource, { name }: ComparedSide, { finding }: Symptom): string {
  if (rule === null && finding.bucket.op === 'end') return countersText(symptomCounters(finding, name));
  const answer = finding.observations[name]?.[finding.step];
  if (rule !== null || answer === undefined) return id;
  return finding.bucket.lens.name === 'memtype' ? seenText(answer) : answerText(answer);
}

/** What a side counted by the end of the minimal scenario, where counters are compared. */
export function symptomCounters({ partition, answers }: Finding, name: string): Counters {
  return answers[partition.findIndex((group) => group.includes(name))]?.counters ?? {};
}

/** `zaps 1, zappedLeaves 2`, or `nothing`. */
export function countersText(counters: Counters): string {
  const counted = COUNTER_NAMES.filter((name) => (counters[name] ?? 0) > 0);
  return counted.length === 0 ? 'nothing' : counted.map((name) => `${name} ${counters[name]}`).join(', ');
}

/** Scenarios after which all counters that both sides have were equal, and those after which they were not; null: they were not compared. */
export function countedScenarios({
  pair,
  points,
  sequences,
  differences,
}: ComparisonResult): { alike: number; different: number } | null {
  if (!pair.work.lenses.some(({ name }) => name === 'cost')) return null;
  const counted = differences.flatMap(({ symptoms }) => symptoms.filter(({ finding }) => finding.bucket.op === 'end'));
  // After a scenario one bucket says which counters differ, or none.
  const different = counted.reduce((sum, symptom) => sum + symptom.points + symptom.sequences, 0);
  return { alike: points + sequences - different, different };
}

/** One line that says what makes the sides differ. */
export function causeTitle(cause: DifferenceCause, symptom: Symptom, sides: readonly [ComparedSide, ComparedSide]): string {
  switch (cause.kind) {
    case 'invalidation': {
      const [keeps, renews] = cause.keeps === 'a' ? ['A', 'B'] : ['B', 'A'];
      return `${renews} invalidates mappings at "${stepInWords(symptom.finding.scenario.steps[cause.step])}", ${keeps} keeps them`;
    }
    case 'mapping':
      return `${cause.keeps === 'a' ? 'A' : 'B'} goes on with a mapping that the other side has renewed`;
    case 'vcpu':
      return 'the sides go by the registers of different vCPUs';
    case 'size':
      return 'the sides map the frame in pages of different size';
    case 'inputs': {
      const [a, b] = symptomRules(symptom, sides);
      return a.id === b.id
        ? `both decide by ${a.id}, on different register values`
        : `A decides by ${a.id}, B by ${b.id}, at the same place of the source`;
    }
    case 'zap': {
      const [zaps, keeps] = cause.zaps === 'a' ? ['A', 'B'] : ['B', 'A'];
      return `${zaps} invalidates mappings by ${cause.rule}, ${keeps} keeps them${cause.keptBy === null ? '' : ` by ${cause.keptBy}`}`;
    }
    case 'counters':
      return `the sides differ in what they count of ${cause.counters.join(' and ')}`;
    case 'rule': {
      const [own, other] = cause.side === 'a' ? ['A', 'B'] : ['B', 'A'];
      return `${own} decides by ${cause.rule}, ${cause.isOnly ? `which ${other} never reached` : `${other} otherwise`}`;
    }
  }
}

/** What the rules of both sides did in the whole search. */
export interface RuleUse {
  readonly id: string;
  /** Steps that it decided. */
  readonly a: number;
  readonly b: number;
}

/** A rule that decided on one side only: it says what the other side went by where both answered alike. */
export interface OneSidedUse extends RuleUse {
  /** It decides a side of a difference. */
  readonly differs: boolean;
  /** Rules of the other side on the compared steps that both answered alike, most frequent first. */
  readonly alike: readonly { readonly id: string; readonly steps: number }[];
}

export interface RuleUses {
  /** Both sides have rules; else `alike` and `different` are about those of the one that has. */
  readonly areOfBoth: boolean;
  /** Decided (on both sides) and in no difference. */
  readonly alike: readonly RuleUse[];
  /** Decided (on both sides), and takes part in a difference. */
  readonly different: readonly RuleUse[];
  readonly onlyA: readonly OneSidedUse[];
  readonly onlyB: readonly OneSidedUse[];
  /** Rules of the sides' families that decided nothing. */
  readonly never: readonly string[];
}

export function ruleUses(result: ComparisonResult): RuleUses {
  const coverage = result.agreement.coverage();
  const areOfBoth = comparedSides(result).every(({ profile }) => profile !== null);
  const decided = coverage.filter(({ a, b }) => (areOfBoth ? a > 0 && b > 0 : a > 0 || b > 0));
  const inDifference = new Set(result.differences.flatMap(({ symptoms }) => symptoms.flatMap(({ finding }) => sideRules(finding))));
  const silent = result.agreement.silentChanges();
  const oneSided = (side: 'a' | 'b', other: 'a' | 'b'): OneSidedUse[] =>
    coverage
      .filter((use) => areOfBoth && use[side] > 0 && use[other] === 0)
      .map((use) => ({
        ...use,
        differs: inDifference.has(use.id),
        alike: silent.filter((pair) => pair[side] === use.id).map((pair) => ({ id: pair[other], steps: pair.steps })),
      }));
  return {
    areOfBoth,
    alike: decided.filter(({ id }) => !inDifference.has(id)),
    different: decided.filter(({ id }) => inDifference.has(id)),
    onlyA: oneSided('a', 'b'),
    onlyB: oneSided('b', 'a'),
    never: coverage.filter(({ a, b }) => a === 0 && b === 0).map(({ id }) => id),
  };
}
