import { sourceFiles } from './source-files.js';

const files = sourceFiles();
const MOST_LINES = 250;

/** Tables may be longer: which files are tables, and of what. */
const TABLES: readonly { readonly files: RegExp; readonly of: string }[] = [
  { files: /^models\/[^/]+\/rules\.ts$/, of: 'rules: number, id, sentence, citation' },
  { files: /^harness\/cli\/options\/table\.ts$/, of: 'options: name, command, kind, key, help' },
];

const long = files.filter(({ lines }) => lines > MOST_LINES).map(({ path }) => path);

test('A file of the product has at most 250 lines, tables excepted', () => {
  expect(long.filter((path) => !TABLES.some((table) => table.files.test(path)))).toEqual([]);
});

test('No kind of file is excepted that need not be', () => {
  expect(TABLES.filter((table) => !long.some((path) => table.files.test(path))).map((table) => table.of)).toEqual([]);
});

test('Half of the files have at most 80 lines', () => {
  const lines = files.map((file) => file.lines).sort((a, b) => a - b);
  expect(lines[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(80);
});

test('A file is named by a noun of the field in kebab case, none is a drawer', () => {
  const names = files.map(({ path }) => path.split('/'));
  const drawers = /^(utils?|helpers?|common|misc|shared|lib|types|constants|index)(\.ts)?$/;
  expect(names.filter((parts) => parts.some((part) => drawers.test(part))).map((parts) => parts.join('/'))).toEqual([]);
  const odd = names.filter((parts) => parts.some((part) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.ts)?$/.test(part)));
  expect(odd.map((parts) => parts.join('/'))).toEqual([]);
});

test('No source and no document beside it names a file that its readers cannot open', () => {
  const notes = /\b(arch|kvm|xen|attrs|house|lessons|performance|profiles)\.md\b/;
  const named = files.filter(({ text }) => notes.test(text)).map(({ path, text }) => `${path}: ${notes.exec(text)?.[0]}`);
  expect(named).toEqual([]);
});
