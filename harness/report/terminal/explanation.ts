/** An explained step for a terminal. */
import type { Explanation } from '../../explain/explanation.js';
import type { Invariant } from '../../../models/contract/invariant.js';
import { stepInWords } from '../../operations/registry.js';
import type { AgreedAlias } from '../../finding/agreed-alias.js';
import type { Divergence } from '../../finding/divergence.js';
import type { ObservationJson } from '../../scenario/observation-json.js';
import type { Scenario } from '../../scenario/scenario.js';
import { partitionText } from '../../compare/partition.js';
import { answerText } from '../answer-text.js';
import { aliasLines } from './aliases.js';
import { citationText, invariantText } from '../citation-text.js';
import { wrapped } from '../wrapped.js';

/** Lines of a state difference that are shown. */
const MOST_LINES = 40;

export function explainText(
  scenario: Scenario,
  step: number,
  observations: Readonly<Record<string, readonly ObservationJson[]>>,
  explanations: readonly Explanation[],
  divergences: readonly Divergence[],
  aliases: readonly AgreedAlias[],
  differences: readonly { readonly majority: string; readonly minority: string; readonly difference: string }[],
  width: number,
): string {
  const externals = Object.keys(observations).filter((name) => !explanations.some(({ profile }) => profile === name));
  const lines = [
    `step ${step}: ${stepInWords(scenario.steps[step])}`,
    ...divergences.flatMap(({ lens, invariant, partition, buckets }) => {
      const text = invariant === undefined ? partitionText(partition) : brokenText(invariant, buckets);
      return wrapped(`${lens}: ${text}`, width, '  ', '    ');
    }),
    ...aliasLines(aliases, width - 2).map((line) => `  ${line}`),
    ...explanations.flatMap((explanation) =>
      explanationLines(explanation, scenario, observations[explanation.profile][step], width),
    ),
    ...externals.flatMap((name) => ['', `${name}: ${answerText(observations[name][step])}`, '  (an external model: no rules)']),
    ...differences.flatMap(({ majority, minority, difference }) => [
      '',
      `state of ${minority} (+) against ${majority} (-):`,
      ...cut(difference.split('\n')),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function brokenText(invariant: Invariant, buckets: Divergence['buckets']): string {
  return `${buckets.map(({ got }) => got).join(', ')}: broken: ${invariantText(invariant)}`;
}

function explanationLines(
  { profile, rule, clauses, zap, registers, guestOs, behind }: Explanation,
  scenario: Scenario,
  answer: ObservationJson,
  width: number,
): string[] {
  return [
    '',
    `${profile}: ${answerText(answer)}`,
    ...guestOsLines(guestOs, width),
    ...(rule === null ? ['  (no rule)'] : wrapped(`${rule.sentence} [${citationText(rule.citation)}]`, width, '  ', '  ')),
    ...(rule === null ? [] : [`  rule ${rule.id}`]),
    ...(registers === null ? [] : wrapped(`the type is that of ${registers}`, width, '  ', '    ')),
    ...clauses.flatMap(({ sentence }) => wrapped(`besides: ${sentence}`, width, '  ', '    ')),
    ...(zap === null || zap === rule
      ? []
      : wrapped(
          `${zap.kind === 'zap' ? 'zaps' : 'zaps nothing'}: ${zap.sentence} [${citationText(zap.citation)}]`,
          width,
          '  ',
          '    ',
        )),
    ...(behind.length === 0
      ? ['  depends on no earlier step']
      : behind.flatMap((index) => wrapped(`set by step ${index}: ${stepInWords(scenario.steps[index])}`, width, '  ', '    '))),
  ];
}

/** What the OS made of the request comes before what the subject made of the access. */
function guestOsLines(guestOs: Explanation['guestOs'], width: number): string[] {
  if (guestOs === null) return [];
  const { id, sentence, citation, clauses = [] } = guestOs;
  return [
    ...wrapped(`the guest OS: ${sentence} [${citationText(citation)}]`, width, '  ', '    '),
    `    rule ${id}`,
    ...clauses.flatMap((clause) =>
      wrapped(`besides: ${clause.sentence} [${citationText(clause.citation)}]`, width, '    ', '      '),
    ),
  ];
}

function cut(lines: readonly string[]): string[] {
  const shown = lines.slice(0, MOST_LINES).map((line) => `  ${line}`);
  return lines.length > MOST_LINES
    ? [...shown, `  ... ${lines.length - MOST_LINES} more lines (--format json has the states whole)`]
    : shown;
}
