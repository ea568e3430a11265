/** The one document of `matrix --format json`: every point of the decision space. */
import type { Matrix } from '../decision-space/matrix.js';
import { ruleOf } from '../../models/contract/observation.js';
import { observationJson } from '../scenario/observation-json.js';
import { answerText } from './answer-text.js';

export function matrixJson({ profiles, dimensions, answers, differing }: Matrix): Record<string, unknown> {
  return {
    format: 'emtdiff-matrix/1',
    // Points are numbered with the last dimension fastest.
    dimensions,
    profiles: profiles.map(({ name, rules }, index) => ({
      name,
      answers: Array.from(answers[index], (answer) => {
        const { level: _, leaf: __, ...seen } = observationJson(answer, null);
        return answerText(seen);
      }),
      // By point an index into `ruleIds`.
      ...indexed(Array.from(answers[index], (answer) => rules[ruleOf(answer)]?.id ?? '')),
      differing: differing[index],
    })),
  };
}

function indexed(ids: readonly string[]): { ruleIds: string[]; rules: number[] } {
  const numbers = new Map<string, number>();
  for (const id of ids) if (!numbers.has(id)) numbers.set(id, numbers.size);
  return { ruleIds: [...numbers.keys()], rules: ids.map((id) => numbers.get(id) ?? 0) };
}
