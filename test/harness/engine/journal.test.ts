/** The journal is read as it was written or not at all. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Journal, readJournal, writeJournal } from '../../../harness/engine/journal.js';

const folder = mkdtempSync(join(tmpdir(), 'emtdiff-journal-'));
const file = join(folder, 'journal.json');
const JOURNAL: Journal = {
  version: '1',
  seed: 'naïve "seed"',
  profiles: ['a'],
  externals: [],
  lenses: ['memtype'],
  cases: null,
  milliseconds: 0.1 + 0.2,
  used: 12.75,
  contributions: [{ index: 0, of: 1, done: 300 }],
  state: {
    done: 300,
    health: { operations: [], steps: 0, faultingWrites: 0, unbackedAccesses: 0, rules: [] },
    buckets: [],
    aliases: [],
    modelFaults: [],
  },
};
const written = () => {
  writeJournal(folder, JOURNAL);
  return readFileSync(file, 'utf8');
};

test('A journal is read back as it was written', () => {
  written();
  expect(readJournal(folder, '1')).toMatchObject(JSON.parse(JSON.stringify(JOURNAL)));
});

test.each([
  ['its end cut off', (text: string) => text.slice(0, -50), /journal\.json: line 1, column \d+: /],
  ['garbage', () => '\u0000\u0001\u0002', /journal\.json: line 1, column 1: /],
  ['nothing', () => '', /journal\.json: .*found an empty file/],
  ['a digit changed', (text: string) => text.replace('"done":300', '"done":200'), /a journal whose checksum does not fit/],
  ['no checksum', (text: string) => text.replace(/,"sha256":"\w+"/, ''), /a journal whose checksum does not fit/],
  ['another document', () => '{"format":"emtdiff-fuzz/1"}', /\$\.format: found "emtdiff-fuzz\/1", expected "emtdiff-journal\/1"/],
  ['no object', () => '[]', /\$\.format: found nothing/],
  ['null', () => 'null', /\$: found null, expected an object/],
  ['another version', (text: string) => text.replace('"version":"1"', '"version":"0"'), /checksum does not fit|\$\.version/],
])('A journal is refused in a sentence: %s', (_, damage, sentence) => {
  const text = written();
  const damaged = damage(text);
  expect(damaged).not.toBe(text);
  writeFileSync(file, damaged);
  expect(() => readJournal(folder, '1')).toThrow(
    expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(sentence) }),
  );
});

test('A journal of another version of emtdiff is refused by its version', () => {
  written();
  expect(() => readJournal(folder, '2')).toThrow(
    '$.version: found "1", expected "2": a run goes on only with the version that began it',
  );
});
