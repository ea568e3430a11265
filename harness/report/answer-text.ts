/** An observation in a few characters: `UC`, `WB 2M`, `#GP`, `= 0xc06`. */
import type { ObservationJson } from '../scenario/observation-json.js';

export function answerText(answer: ObservationJson): string {
  const { outcome } = answer;
  if (outcome === 'gp') return '#GP';
  if (outcome === 'undefined') return answer.candidates === undefined ? outcome : `undefined (${answer.candidates.join(' ')})`;
  const parts = [
    answer.memtype,
    answer.level,
    answer.leaf === undefined ? undefined : `leaf ${answer.leaf}`,
    answer.page,
    answer.value === undefined ? undefined : `= ${answer.value}`,
    answer.index === undefined ? undefined : `by index ${answer.index}`,
  ];
  const detail = [...parts, answer.errno, answer.wants === undefined ? undefined : `wants ${answer.wants}`].filter(
    (part) => part !== undefined,
  );
  if (outcome === 'ok') return detail.length === 0 ? 'ok' : detail.join(' ');
  return [outcome, ...detail].join(' ');
}

/** Neither level nor leaf: no guest sees them. */
export function seenText({ level: _, leaf: __, ...seen }: ObservationJson): string {
  return answerText(seen);
}
