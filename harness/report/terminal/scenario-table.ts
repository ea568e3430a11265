/** A scenario as a table for people: step, operation in words, what each group of models answered. */
import { stepInWords } from '../../operations/registry.js';
import type { ObservationJson } from '../../scenario/observation-json.js';
import { machineJson, oneLine } from '../../scenario/print.js';
import type { Scenario } from '../../scenario/scenario.js';
import { answerText } from '../answer-text.js';
import { visible } from '../../operations/visible.js';

export interface TableOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Show level and leaf, too. */
  readonly details?: boolean;
  /** The step to mark. */
  readonly marked?: number;
}

export function scenarioTable(
  scenario: Scenario,
  observations: Readonly<Record<string, readonly ObservationJson[]>>,
  options: TableOptions,
): string[] {
  const machine = machineJson(scenario.machine);
  const lines = wrapped(
    `machine ${Object.keys(machine).length === 0 ? 'default' : visible(oneLine(machine))}`,
    options.width,
    '    ',
    '            ',
  );
  scenario.steps.forEach((step, index) => {
    const mark = index === options.marked ? '>' : ' ';
    const head = `  ${mark} ${String(index).padStart(3)}  ${stepInWords(step)}`;
    const groups = groupsAt(observations, index, options.details ?? false);
    if (groups.length === 1) {
      lines.push(...wrapped(`${head}   ${groups[0].text}`, options.width, '', '           '));
      return;
    }
    lines.push(...wrapped(head, options.width, '', '           '));
    for (const { text, names } of groups)
      lines.push(...wrapped(`${text.padEnd(9)} ${names.join(', ')}`, options.width, '           ', '                     '));
  });
  return lines;
}

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

/** Text in lines of at most `width` columns, broken at spaces. */
export function wrapped(text: string, width: number, first: string, next: string): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = next;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
