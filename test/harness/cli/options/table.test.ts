import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from '../../../../harness/cli/command-table.js';
import { configurationSchema, settingsTable } from '../../../../harness/cli/options/documents.js';
import { helpText } from '../../../../harness/cli/options/help.js';
import type { CommandName } from '../../../../harness/cli/options/option.js';
import { readSettings } from '../../../../harness/cli/options/settings.js';
import { optionsOf, SETTINGS, TABLE } from '../../../../harness/cli/options/table.js';
import { REPORT_FORMATS } from '../../../../harness/report/report-formats.js';

const DOCS = join(__dirname, '../../../../docs');
const names = Object.keys(COMMANDS) as CommandName[];

/** `UPDATE_DOCS=1 npx jest test/harness/cli/options` writes the files. */
describe('What is published of the table of options', () => {
  test('is the schema of a configuration file', () => {
    const file = join(DOCS, 'configuration.schema.json');
    if (process.env.UPDATE_DOCS) writeFileSync(file, JSON.stringify(configurationSchema(), null, 2));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(configurationSchema());
  });

  test('is the table of settings', () => {
    const page = readFileSync(join(DOCS, 'configuration.md'), 'utf8');
    const [head, tail] = ['<!-- settings: made from harness/cli/options/table.ts -->\n', '<!-- end of settings -->'];
    const text = `${page.split(head)[0]}${head}${settingsTable()}\n${tail}${page.split(tail)[1]}`;
    if (process.env.UPDATE_DOCS) writeFileSync(join(DOCS, 'configuration.md'), text);
    expect(page).toBe(text);
  });

  test('names every report format', () => {
    expect(SETTINGS.find(({ key }) => key === 'reporters')?.kind.schema).toMatchObject({
      propertyNames: { enum: REPORT_FORMATS },
    });
  });
});

describe('The table of options', () => {
  test.each(names)('has each option of %s once', (command) => {
    const own = optionsOf(command).map(({ name }) => name);
    expect(own).toEqual([...new Set(own)]);
  });

  test('has one key for one name: what a configuration says means the same to every command', () => {
    for (const { name, key } of TABLE)
      if (key !== undefined) expect(SETTINGS.find((setting) => setting.key === key)?.name).toBe(name);
  });

  test('says no to what its rows do not hold', async () => {
    const page = { usage: [], operands: { least: 0, most: 0 }, examples: [] };
    const refused = (args: string[], environment = {}) =>
      expect(readSettings('fuzz', args, page, environment, '/nonexistent')).rejects;
    await refused(['--workers', '257']).toThrow('--workers: found "257", expected a whole number from 1 to 256');
    await refused(['--lens', 'memtype,mrs']).toThrow('--lens: found "mrs", expected one of memtype msr');
    await refused(['--time', '0s']).toThrow('--time: found "0s", expected a time such as 90s, 10m or 1h');
    await refused(['--time', '1s', '--cases', '1']).toThrow('--time: found beside --cases, expected one of the two');
    await refused([], { EMTDIFF_CASES: 'many' }).toThrow('EMTDIFF_CASES: found "many", expected a whole number of at least 1');
    await refused(['--sede', 'x']).toThrow('fuzz: found the option "--sede", expected one of emtdiff fuzz; close to it: --seed');
  });
});

describe('The help', () => {
  test.each(names)('of %s has its options, two examples, and fits 80 columns', async (command) => {
    const { page } = await COMMANDS[command].load();
    const text = helpText(command, page, COMMANDS[command].summary);
    const lines = text.split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines[0]).toBe(`emtdiff ${command}: ${COMMANDS[command].summary}`.slice(0, 80));
    const listed = lines.flatMap((line) => /^ {2}--([\w-]+)/.exec(line)?.[1] ?? []);
    expect(listed).toEqual(optionsOf(command).map(({ name }) => name));
    expect(page.examples.length).toBeGreaterThanOrEqual(2);
    expect(lines).toEqual(expect.arrayContaining(page.examples.map(([line]) => `  emtdiff ${line}`)));
  });

  test.each(names)('of %s gives examples that its own reader takes', async (command) => {
    const { page } = await COMMANDS[command].load();
    for (const [line] of page.examples) {
      const [name, ...args] = words(line);
      const other = await COMMANDS[name as CommandName].load();
      await readSettings(name as CommandName, args, other.page, {}, '/nonexistent');
    }
  });
});

/** As a shell splits a line without variables; what is redirected is no argument. */
function words(line: string): string[] {
  const [command] = line.split(/ [<>]/);
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
}
