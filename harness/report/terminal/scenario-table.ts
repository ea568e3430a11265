/** A scenario as a table for people: step, operation in words, what each group of models answered. */
import { stepInWords } from '../../operations/registry.js';
import type { ObservationJson } from '../../scenario/observation-json.js';
import { machineJson, oneLine } from '../../scenario/print.js';
import type { Scenario } from '../../scenario/scenario.js';
import { groupsAt } from '../answer-groups.js';
import { wrapped } from '../wrapped.js';
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
