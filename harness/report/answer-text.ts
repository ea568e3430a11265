/** An observation in a few characters: `UC`, `WB 2M`, `#GP`, `= 0xc06`. */
import type { ObservationJson } from '../scenario/observation-json.js';

export function answerText(answer: ObservationJson): string {
  const { outcome } = answer;
  if (outcome === 'gp') return '#GP';
  if (outcome === 'undefined') return `undefined (${answer.candidates?.join(' ')})`;
  const parts = [
    answer.memtype,
    answer.level,
    answer.leaf === undefined ? undefined : `leaf ${answer.leaf}`,
    answer.page,
    answer.value === undefined ? undefined : `= ${answer.value}`,
  ];
  const detail = [...parts, answer.errno, answer.wants === undefined ? undefined : `wants ${answer.wants}`].filter(
    (part) => part !== undefined,
  );
  if (outcome === 'ok') return detail.length === 0 ? 'ok' : detail.join(' ');
  return [outcome, ...detail].join(' ');
}

/** Text of others on a terminal: control characters shown, not obeyed. */
export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
