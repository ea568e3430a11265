/** Who answered a step with the same words. */
import type { ObservationJson } from '../scenario/observation-json.js';
import { answerText } from './answer-text.js';

export interface Group {
  readonly text: string;
  readonly names: string[];
}

/** Models with the same words for their answers; AMD's CD and WC+ keep their names. */
export function groupsAt(
  observations: Readonly<Record<string, readonly ObservationJson[]>>,
  step: number,
  details: boolean,
): Group[] {
  const groups: Group[] = [];
  for (const [name, answers] of Object.entries(observations)) {
    const { level: _, leaf: __, ...brief } = answers[step];
    const text = answerText(details ? answers[step] : brief);
    const group = groups.find((known) => known.text === text);
    if (group === undefined) groups.push({ text, names: [name] });
    else group.names.push(name);
  }
  return groups;
}
