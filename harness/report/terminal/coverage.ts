/** What a comparison looked at without finding a difference, as plain text: rules by side, how often they decided, and why some never differ. */
import type { ComparisonResult } from '../../comparison.js';
import {
  type ComparedSide,
  comparedSides,
  countedScenarios,
  type OneSidedUse,
  type RuleUse,
  ruleUses,
} from '../comparison-sides.js';
import { plural } from '../plural.js';
import { ruleSource } from '../rule-source.js';
import { wrapped } from '../wrapped.js';

const WIDTH = 80;
/** Rules with a reason, and pairs of rules with one answer, unless details are asked for. */
const MOST_LISTED = 6;
/** Rules of the other side within a reason. */
const MOST_NAMED = 3;

type Sides = readonly [ComparedSide, ComparedSide];

/** @param details lists everything */
export function coverageLines(result: ComparisonResult, details: boolean): string[] {
  const { agreement } = result;
  const counted = countedScenarios(result);
  const counters =
    counted === null
      ? []
      : wrapped(`Counters: ${counted.alike} scenarios counted alike, ${counted.different} otherwise.`, WIDTH, '  ', '  ');
  // No lens looks at an answer: what the rules decided was not compared.
  if (result.pair.work.lenses.every(({ name }) => name === 'cost')) return counters;
  const sides = comparedSides(result);
  const uses = ruleUses(result);
  const onBoth = uses.areOfBoth ? ' on both sides' : '';
  const silent = agreement.silentChanges();
  const shown = details ? silent : silent.slice(0, MOST_LISTED);
  return [
    ...wrapped(
      `${agreement.alike} steps answered alike, ${agreement.compared - agreement.alike} differently, ${agreement.abstained} left open or not applicable on a side.`,
      WIDTH,
      '  ',
      '  ',
    ),
    ...counters,
    ...useLines(`Rules that decided${onBoth}, in no difference`, uses.alike),
    ...useLines(`Rules that decided${onBoth}, in a difference`, uses.different),
    ...(uses.areOfBoth ? oneSidedLines('A', uses.onlyA, sides, details) : []),
    ...(uses.areOfBoth ? oneSidedLines('B', uses.onlyB, sides, details) : []),
    ...listLines('Rules that never decided, some of them those of other versions', uses.never, details),
    ...(silent.length === 0 ? [] : ['  Other rules, the same answer (steps):']),
    ...shown.flatMap(({ a, b, steps }) => wrapped(`${a} -> ${b}: ${steps}`, WIDTH, '    ', '      ')),
    ...moreLines(silent.length - shown.length),
  ];
}

/** Those in no difference with the reason: what the other side answered the same by. */
function oneSidedLines(letter: 'A' | 'B', uses: readonly OneSidedUse[], [a, b]: Sides, details: boolean): string[] {
  const heading = `Rules that decided on side ${letter} only`;
  const own = letter === 'A' ? a : b;
  const silent = uses.filter(({ differs }) => !differs);
  const inDifference = useLines(
    `${heading}, in a difference`,
    uses.filter(({ differs }) => differs),
  );
  // Families share no rules: all of them are one-sided there, and that says nothing.
  if (a.profile?.lineage !== b.profile?.lineage || silent.length === 0)
    return [...inDifference, ...useLines(`${heading}, in no difference`, silent)];
  const shown = details ? silent : silent.slice(0, MOST_LISTED);
  return [
    ...inDifference,
    `  ${heading}, in no difference (${silent.length}):`,
    ...shown.flatMap((use) => reasonLines(letter, use, own, details)),
    ...moreLines(silent.length - shown.length),
  ];
}

function reasonLines(letter: 'A' | 'B', { id, a, b, alike }: OneSidedUse, own: ComparedSide, details: boolean): string[] {
  const { rule } = ruleSource(id, own.profile);
  const commit = rule?.citation.commit;
  const steps = Math.max(a, b);
  return [
    ...wrapped(`${id}${commit === undefined ? '' : ` (${commit})`}: ${plural(steps, 'step')}`, WIDTH, '    ', '      '),
    ...(rule === null ? [] : wrapped(rule.sentence, WIDTH, '      ', '      ')),
    ...wrapped(reasonOf(letter === 'A' ? 'B' : 'A', steps, alike, details), WIDTH, '      ', '      '),
  ];
}

function reasonOf(other: 'A' | 'B', steps: number, alike: OneSidedUse['alike'], details: boolean): string {
  const compared = alike.reduce((sum, one) => sum + one.steps, 0);
  if (compared === 0) return 'No lens compares them.';
  const named = details ? alike : alike.slice(0, MOST_NAMED);
  const by = named.map((one) => `${one.id} (${one.steps})`).join(', ');
  const all = compared === steps ? 'all of them' : `all ${compared} of them that were compared`;
  return `${other} gave the same answer on ${all}, by ${by}${alike.length > named.length ? ' and others' : ''}.`;
}

function moreLines(count: number): string[] {
  return count > 0 ? [`    ... and ${count} more (--details)`] : [];
}

function useLines(heading: string, uses: readonly RuleUse[]): string[] {
  return listLines(
    heading,
    uses.map(({ id, a, b }) => `${id} ${Math.max(a, b)}`),
  );
}

function listLines(heading: string, items: readonly string[], isListed = true): string[] {
  if (items.length === 0) return [`  ${heading}: none`];
  if (!isListed) return [`  ${heading}: ${items.length} (--details)`];
  return [`  ${heading} (${items.length}):`, ...wrapped(items.join(', '), WIDTH, '    ', '    ')];
}
