/** The tables of docs/scenario-format.md are those of the code: keys, defaults, fields. What they mean stands in the page. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../../models/contract/machine.js';
import { COUNTER_NAMES } from '../../models/contract/counters.js';
import { OUTCOME_NAMES } from '../../models/contract/observation.js';
import { LENS_NAMES } from '../../harness/compare/lens.js';
import type { Field } from '../../harness/operations/field.js';
import { OPERATIONS } from '../../harness/operations/registry.js';
import { MACHINE_KEYS } from '../../harness/scenario/machine-keys.js';

const PAGE = join(__dirname, '../../docs/scenario-format.md');
const page = readFileSync(PAGE, 'utf8');

/** Cells of the table that follows a marker. */
function rowsAfter(marker: string): string[][] {
  const [, after] = page.split(`<!-- ${marker} -->\n`);
  const lines = after.split('\n').slice(2);
  return lines
    .slice(
      0,
      lines.findIndex((line) => !line.startsWith('| ')),
    )
    .map((line) => line.slice(2, -2).split(' | '));
}

function machineRows(): string[][] {
  let machine: Partial<Machine> = {};
  return Object.entries(MACHINE_KEYS).map(([name, key]) => {
    const value = key.default(machine);
    machine = key.set(machine, value);
    return [`\`${name}\``, value === null ? 'none' : `\`${JSON.stringify(key.print(value))}\``];
  });
}

function operationRows(): string[][] {
  const fieldText = ([name, { absent, print }]: [string, Field<unknown>]) => {
    if (absent === undefined) return name;
    const value = absent.value === null || absent.value === undefined ? undefined : print(absent.value);
    return value === undefined || value === '' ? `${name}?` : `${name}? (${JSON.stringify(value)})`;
  };
  return Object.values(OPERATIONS).map(({ op, fields }) => [
    `\`${op}\``,
    Object.entries(fields as Record<string, Field<unknown>>)
      .map(fieldText)
      .join(', '),
  ]);
}

const TABLES = [
  ['machine keys', machineRows()],
  ['operations', operationRows()],
] as const;

test.each(TABLES)('The table of %s is that of the code; UPDATE_DOCS=1 writes it', (marker, rows) => {
  const written = rowsAfter(marker);
  if (process.env.UPDATE_DOCS) {
    const meanings = new Map(written.map(([name, , ...meaning]) => [name, meaning.join(' | ')]));
    const lines = rows.map(([name, cell]) => `| ${name} | ${cell} | ${meanings.get(name) ?? 'to be written'} |`);
    const old = written.map((cells) => `| ${cells.join(' | ')} |`);
    writeFileSync(
      PAGE,
      readFileSync(PAGE, 'utf8').replace(old.join('\n'), () => lines.join('\n')),
    );
    return;
  }
  expect(written.map(([name, cell]) => [name, cell])).toEqual(rows);
  for (const [name, , meaning] of written) expect([name, meaning.length > 3]).toEqual([name, true]);
});

test.each([
  ['outcomes', OUTCOME_NAMES],
  ['lenses', LENS_NAMES],
  ['counters', COUNTER_NAMES],
] as const)('The page names all %s', (_, names) => {
  for (const name of names) expect(page).toContain(`\`${name}\``);
});
