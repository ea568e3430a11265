import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Settings, readSettings } from '../../../../harness/cli/options/settings.js';
import { page } from '../../../../harness/cli/commands/fuzz.js';

function folderWith(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'emtdiff-settings-'));
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return folder;
}

/** What holds, with flags, environment and files as given. */
function settings(folder: string, args: readonly string[] = [], environment: Record<string, string> = {}): Promise<Settings> {
  return readSettings('fuzz', args, page, environment, folder);
}

describe('An option', () => {
  const folder = folderWith({ 'emtdiff.config.json': { budgets: { cases: 7, workers: 2 }, strict: true, ledger: false } });
  const file = join(folder, 'emtdiff.config.json');
  const shown = async (option: string, args: string[] = [], environment = {}, where = folder) => {
    const found = await settings(where, args, environment);
    return [found.value(option), found.origin(option), found.source(option)];
  };

  test('comes from its default, else from the file, else from the environment, else from a flag', async () => {
    expect(await shown('workers', [], {}, folderWith({}))).toEqual([undefined, 'default', '--workers']);
    expect(await shown('workers')).toEqual(['2', 'file', `${file}: $.budgets.workers`]);
    expect(await shown('workers', [], { EMTDIFF_WORKERS: '3' })).toEqual(['3', 'environment', 'EMTDIFF_WORKERS']);
    expect(await shown('workers', ['--workers', '4'], { EMTDIFF_WORKERS: '3' })).toEqual(['4', 'flag', '--workers']);
  });

  test('gives way with its rival: a number of cases to a time, no ledger to one', async () => {
    expect(await shown('cases')).toEqual(['7', 'file', `${file}: $.budgets.cases`]);
    expect(await shown('cases', ['--time', '2m'])).toEqual([undefined, 'flag', '--cases']);
    expect(await shown('no-ledger')).toEqual([true, 'file', `${file}: $.ledger`]);
    expect(await shown('no-ledger', [], { EMTDIFF_LEDGER: 'x' })).toEqual([undefined, 'environment', '--no-ledger']);
    expect(await shown('ledger', ['--no-ledger'], { EMTDIFF_LEDGER: 'x' })).toEqual([undefined, 'flag', '--ledger']);
  });

  test('that is a switch is off again by the environment', async () => {
    expect(await shown('strict')).toEqual([true, 'file', `${file}: $.strict`]);
    expect(await shown('strict', [], { EMTDIFF_STRICT: '0' })).toEqual([false, 'environment', 'EMTDIFF_STRICT']);
  });

  test('that is a list replaces a list', async () => {
    const where = folderWith({ 'emtdiff.config.json': { externals: { a: './a' } } });
    expect(await shown('external', ['--external', 'b=./b'], {}, where)).toEqual([['b=./b'], 'flag', '--external']);
  });

  test('has no file behind it with --no-config', async () => {
    expect((await settings(folder, ['--no-config'], { EMTDIFF_CONFIG: file })).file).toBe(null);
    expect((await settings(folderWith({}), [], { EMTDIFF_CONFIG: file })).file).toBe(file);
    expect((await settings(folderWith({ 'package.json': { name: 'x' } }))).file).toBe(null);
  });
});

describe('A configuration', () => {
  test.each<[files: Record<string, unknown>, refused: string]>([
    [{ 'emtdiff.config.json': '{"seed": "a",}' }, 'emtdiff.config.json: line 1, column 14: found no valid JSON'],
    [
      { 'emtdiff.config.json': { budget: {} } },
      'emtdiff.config.json: $: found the unknown key "budget", expected only the keys $schema seed panel',
    ],
    [{ 'package.json': { emtdiff: { seed: 7 } } }, 'package.json: $.emtdiff.seed: found 7, expected a text that is not empty'],
    [{ 'package.json': '{' }, 'package.json: found no valid JSON'],
    [{ 'emtdiff.config.json': {}, 'emtdiff.config.js': '' }, 'emtdiff.config.json: found a configuration beside that of '],
    [{ 'emtdiff.config.json': {}, 'package.json': { emtdiff: {} } }, 'package.json: found a configuration beside that of '],
  ])('in %j is refused in a sentence', async (files, refused) => {
    const folder = folderWith(files);
    await expect(settings(folder)).rejects.toThrow(`${folder}/${refused}`);
    await expect(settings(folder)).rejects.toMatchObject({ name: 'UsageError' });
  });

  test.each([
    [['--config', 'no/none.json'], 'no/none.json: found no such file or folder, expected a configuration'],
    [['--config', 'no/none.js'], 'no/none.js: found no such file or folder, expected a configuration'],
    [['--config', 'a.json', '--no-config'], '--no-config: found beside --config, expected one of the two'],
  ])('asked for by %j is refused in a sentence', async (args, refused) => {
    await expect(settings(folderWith({}), args)).rejects.toThrow(refused);
  });
});
