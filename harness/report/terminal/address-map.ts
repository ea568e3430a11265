/** The address space for a terminal: a row a range, a column a profile, what decides by number below. */
import type { AddressMap, MapCell, MapRow } from '../../explain/address-map.js';
import { MEMORY_TYPE_NAMES } from '../../../models/contract/memory-type.js';
import { citationText } from '../citation-text.js';
import { wrapped } from '../wrapped.js';

/** More profiles than this share a column where all their types are equal. */
const MOST_OWN_COLUMNS = 3;
const GAP = 2;
/** Columns of a terminal and a mail. */
const NARROWEST = 80;

interface Column {
  readonly names: readonly string[];
  /** Index of its first profile. */
  readonly profile: number;
}

export function addressMapText(map: AddressMap, width: number): string {
  const columns = columnsOf(map);
  const rows = columns.length < map.profiles.length ? rowsForColumns(map, columns) : map.rows;
  const reasons = new Reasons();
  const ranges = rows.map(({ start, end }) => `[${address(start)}, ${address(end)})`);
  const cells = rows.map((row) =>
    columns.map(({ profile }) => `${typeText(row.cells[profile])} ${reasons.markOf(row.cells[profile])}`.trim()),
  );
  const rangeWidth = Math.max(...ranges.map(({ length }) => length));
  const named = columns.map(({ names }, index) => (names.length === 1 ? names[0] : `group ${index + 1}`));
  const widthsOf = (heads: readonly string[]) =>
    heads.map((head, column) => Math.max(head.length, ...cells.map((own) => own[column].length)) + GAP);
  // Names that are too long for the page stand above it.
  const isNarrow = rangeWidth + widthsOf(named).reduce((sum, own) => sum + own, 0) <= NARROWEST;
  const heads = isNarrow ? named : columns.map((_, index) => `${index + 1}`);
  const widths = widthsOf(heads);
  const lines = [
    ...columns.flatMap(({ names }, index) => {
      const label = isNarrow ? `group ${index + 1}` : `${index + 1}`;
      return names.length === 1 && isNarrow ? [] : wrapped(`${label}: ${names.join(', ')}`, width, '', '  ');
    }),
    line('', rangeWidth, heads, widths),
    ...rows.map((_, row) => line(ranges[row], rangeWidth, cells[row], widths)),
    ...reasons.list.flatMap((reason, index) => wrapped(`(${index + 1}) ${reason}`, width, '', '    ')),
    ...map.notes.flatMap(({ text }) => wrapped(text, width, '', '  ')),
    ...(map.otherVcpus.length === 0
      ? []
      : wrapped(`this is vCPU ${map.vcpu}; vCPU ${map.otherVcpus.join(', ')} gets other types (--vcpu)`, width, '', '  ')),
  ];
  return `${lines.join('\n')}\n`;
}

function line(range: string, rangeWidth: number, cells: readonly string[], widths: readonly number[]): string {
  return `${range.padEnd(rangeWidth)}${cells.map((cell, column) => `${' '.repeat(GAP)}${cell}`.padEnd(widths[column])).join('')}`.trimEnd();
}

function columnsOf({ profiles, rows }: AddressMap): Column[] {
  if (profiles.length <= MOST_OWN_COLUMNS) return profiles.map(({ name }, profile) => ({ names: [name], profile }));
  const columns: { names: string[]; profile: number; types: string }[] = [];
  profiles.forEach(({ name }, profile) => {
    const types = rows.map(({ cells }) => typeText(cells[profile])).join();
    const known = columns.find((column) => column.types === types);
    if (known === undefined) columns.push({ names: [name], profile, types });
    else known.names.push(name);
  });
  return columns;
}

/** Rows that differ only in profiles whose column another one stands for are one. */
function rowsForColumns({ rows }: AddressMap, columns: readonly Column[]): MapRow[] {
  const joined: MapRow[] = [];
  const text = (row: MapRow) =>
    columns.map(({ profile }) => `${typeText(row.cells[profile])} ${reasonText(row.cells[profile])}`).join();
  for (const row of rows) {
    const last = joined.at(-1);
    if (last !== undefined && text(last) === text(row)) joined[joined.length - 1] = { ...last, end: row.end };
    else joined.push(row);
  }
  return joined;
}

/** What decides, numbered as it comes. */
class Reasons {
  readonly list: string[] = [];

  markOf(cell: MapCell): string {
    const text = reasonText(cell);
    if (text === '') return '';
    if (!this.list.includes(text)) this.list.push(text);
    return `(${this.list.indexOf(text) + 1})`;
  }
}

function reasonText({ registers, rule }: MapCell): string {
  const said = rule === null ? '' : `${rule.sentence} [${citationText(rule.citation)}]`;
  return registers === null ? said : said === '' ? registers : `${registers}. ${said}`;
}

/** `mmio` is an access without memory behind it; what the source leaves open is its candidates. */
function typeText({ answer }: MapCell): string {
  if (answer.outcome === 'ok') return answer.memtype ?? MEMORY_TYPE_NAMES[0];
  if (answer.outcome === 'undefined') return answer.candidates?.join('|') ?? 'open';
  return answer.outcome;
}

function address(frame: number): string {
  return `0x${(frame * 4096).toString(16).padStart(8, '0')}`;
}
