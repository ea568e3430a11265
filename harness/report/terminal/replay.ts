/** A replayed scenario for a terminal: the table, then who diverged where, then what it cost. */
import { COUNTER_NAMES, type CounterName, type Counters } from '../../../models/contract/counters.js';
import { partitionText } from '../../compare/partition.js';
import type { GuestRule } from '../../explain/guest-rules.js';
import type { AgreedAlias } from '../../finding/agreed-alias.js';
import type { Divergence } from '../../finding/divergence.js';
import type { ObservationJson } from '../../scenario/observation-json.js';
import type { Scenario } from '../../scenario/scenario.js';
import { visible } from '../../operations/visible.js';
import { aliasLines } from './aliases.js';
import { invariantText } from '../citation-text.js';
import { scenarioTable } from './scenario-table.js';
import { wrapped } from '../wrapped.js';

export interface ReplayTextOptions {
  readonly width: number;
  readonly details: boolean;
  /** By which rules the guest OS answered requests; default: there are none. */
  readonly guestRules?: readonly GuestRule[];
}

export function replayText(
  scenario: Scenario,
  observations: Readonly<Record<string, readonly ObservationJson[]>>,
  counters: Readonly<Record<string, Counters>>,
  divergences: readonly Divergence[],
  aliases: readonly AgreedAlias[],
  { width, details, guestRules = [] }: ReplayTextOptions,
): string {
  const heading = [scenario.name, scenario.origin]
    .filter((text) => text !== undefined)
    .map(visible)
    .join(': ');
  const lines = [
    ...(heading === '' ? [] : wrapped(heading, width, '', '  ')),
    ...scenarioTable(scenario, observations, { width, details }),
    ...guestRules.flatMap((rule) => guestRuleLines(rule, Object.keys(observations).length, width)),
    '',
    ...(divergences.length === 0 ? ['no divergence'] : [`${divergences.length} divergence${divergences.length === 1 ? '' : 's'}`]),
    ...divergences.flatMap((divergence) => divergenceLines(divergence, width)),
    ...aliasLines(aliases, width),
    '',
    ...counterTables(counters, width),
  ];
  return `${lines.join('\n')}\n`;
}

/** Names only where the guests of the subjects differ. */
function guestRuleLines({ step, rule, profiles }: GuestRule, subjects: number, width: number): string[] {
  const whose = profiles.length === subjects ? '' : ` in ${profiles.join(', ')}`;
  const told = [rule, ...(rule.clauses ?? [])].map(({ sentence }) => sentence).join(' ');
  return wrapped(`step ${step}, the guest OS${whose}: ${told} (${rule.id})`, width, '    ', '      ');
}

function divergenceLines({ step, lens, invariant, partition, buckets }: Divergence, width: number): string[] {
  const head =
    invariant === undefined
      ? `${lens === 'cost' ? 'after the last step' : `step ${step}`} (${lens}): ${partitionText(partition)}`
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

/** Counters as a table: a line a profile, a column a counter that any profile has; tables below each other where one is too wide. */
function counterTables(counters: Readonly<Record<string, Counters>>, width: number): string[] {
  const names = COUNTER_NAMES.filter((name) => Object.values(counters).some((own) => own[name] !== undefined));
  const longest = Math.max(...Object.keys(counters).map((name) => name.length), 'counters'.length);
  const columns = (name: string) => Math.max(8, name.length + 2);
  const tables: CounterName[][] = [];
  let room = 0;
  for (const name of names) {
    if (room < columns(name)) {
      tables.push([]);
      room = width - longest;
    }
    tables[tables.length - 1].push(name);
    room -= columns(name);
  }
  const row = (head: string, cells: readonly string[], table: readonly CounterName[]) =>
    `${head.padEnd(longest)}${cells.map((cell, index) => cell.padStart(columns(table[index]))).join('')}`;
  return tables.flatMap((table) => [
    row('counters', table, table),
    ...Object.entries(counters).map(([head, own]) =>
      row(
        head,
        table.map((name) => String(own[name] ?? '-')),
        table,
      ),
    ),
  ]);
}
