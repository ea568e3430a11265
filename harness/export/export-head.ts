/** The paragraphs at the top of every exported file. */
import { oneLine } from '../scenario/print.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import { stepInWords } from '../operations/registry.js';
import type { ExportInput } from './export-input.js';
import type { Gaps } from './gap.js';

const MOST_DIFFERENCES = 6;

export function headOf(input: ExportInput, gaps: Gaps, usage: readonly string[]): string[] {
  return [
    input.name,
    ...input.about,
    `Expected is what ${input.expected.profile} answers.`,
    ...differences(input),
    ...usage,
    ['What this file cannot say:', ...gaps.sentences.map((sentence) => `- ${sentence}`)].join('\n'),
  ];
}

/** Where the other sides answer otherwise. */
function differences({ expected, others, scenario }: ExportInput): string[] {
  return others.flatMap(({ profile, observations }) => {
    const steps = scenario.steps
      .map((_, index) => index)
      .filter((index) => seen(expected.observations[index]) !== seen(observations[index]));
    if (steps.length === 0) return [];
    const told = steps
      .slice(0, MOST_DIFFERENCES)
      .map(
        (index) =>
          `- step ${index}, ${stepInWords(scenario.steps[index])}: expected ${seen(expected.observations[index])}, ${profile} says ${seen(observations[index])}`,
      );
    return [
      [
        `${profile} answers otherwise:`,
        ...told,
        ...(steps.length > MOST_DIFFERENCES ? [`- and in ${steps.length - MOST_DIFFERENCES} more steps`] : []),
      ].join('\n'),
    ];
  });
}

/** What an onlooker sees of an answer: no rule, and neither leaf nor level where only a hypervisor has them. */
export function seen({ rule: _, level: __, leaf: ___, ...answer }: ObservationJson): string {
  return answer.outcome === 'ok' && answer.memtype !== undefined ? answer.memtype : oneLine(answer).replace(/["{}]/g, '');
}
