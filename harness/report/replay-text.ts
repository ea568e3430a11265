/** A replayed scenario for a terminal: the table, then who diverged where, then what it cost. */
import type { Counters } from '../../models/contract/model.js';
import { partitionText } from '../compare/partition.js';
import type { Divergence } from '../pipeline/divergence.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import type { Scenario } from '../scenario/scenario.js';
import { plainText } from './answer-text.js';
import { invariantText } from './fuzz-summary.js';
import { scenarioTable, wrapped } from './scenario-table.js';

export interface ReplayTextOptions {
  readonly width: number;
  readonly details: boolean;
}

export function replayText(
  scenario: Scenario,
  observations: Readonly<Record<string, readonly ObservationJson[]>>,
  counters: Readonly<Record<string, Counters>>,
  divergences: readonly Divergence[],
  { width, details }: ReplayTextOptions,
): string {
  const heading = [scenario.name, scenario.origin]
    .filter((text) => text !== undefined)
    .map(plainText)
    .join(': ');
  const lines = [
    ...(heading === '' ? [] : wrapped(heading, width, '', '  ')),
    ...scenarioTable(scenario, observations, { width, details }),
    '',
    ...(divergences.length === 0 ? ['no divergence'] : [`${divergences.length} divergence${divergences.length === 1 ? '' : 's'}`]),
    ...divergences.flatMap((divergence) => divergenceLines(divergence, width)),
    '',
    ...zapTable(counters),
  ];
  return `${lines.join('\n')}\n`;
}

function divergenceLines({ step, lens, invariant, partition, buckets }: Divergence, width: number): string[] {
  const head =
    invariant === undefined
      ? `step ${step} (${lens}): ${partitionText(partition)}`
      : `step ${step} breaks ${invariantText(invariant)}`;
  return [
    ...wrapped(head, width, '  ', '    '),
    ...byCause(buckets).flatMap(({ id, severity, hazard, got }) =>
      wrapped(
        `${severity.padEnd(15)} ${id}  (${[...(hazard === undefined ? [] : [hazard]), ...got].join(', ')})`,
        width,
        '    ',
        '                    ',
      ),
    ),
  ];
}

/** Each bucket once, with the profiles that are in it. */
function byCause(buckets: Divergence['buckets']): { id: string; severity: string; hazard?: string; got: string[] }[] {
  const ids = [...new Set(buckets.map(({ id }) => id))];
  return ids.map((id) => {
    const own = buckets.filter((bucket) => bucket.id === id);
    const [{ severity, class: hazard }] = own;
    return { id, severity, ...(hazard === undefined ? {} : { hazard }), got: own.map(({ got }) => got) };
  });
}

/** Counters as a table: a line a profile, a column a counter that any profile has. */
function zapTable(counters: Readonly<Record<string, Counters>>): string[] {
  const names = [...new Set(Object.values(counters).flatMap((own) => Object.keys(own)))];
  if (names.length === 0) return [];
  const longest = Math.max(...Object.keys(counters).map((name) => name.length), 'counters'.length);
  const row = (head: string, cells: readonly string[]) =>
    `${head.padEnd(longest)}${cells.map((cell, index) => cell.padStart(Math.max(8, names[index].length + 2))).join('')}`;
  return [
    row('counters', names),
    ...Object.entries(counters).map(([name, own]) =>
      row(
        name,
        names.map((key) => String((own as Record<string, number>)[key] ?? '-')),
      ),
    ),
  ];
}
