import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SEVERITIES } from '../../../harness/classify/severity.js';
import { BUCKET_LENSES } from '../../../harness/compare/lens.js';
import { entriesFrom, isDay, printEntries } from '../../../harness/ledger/known-entry.js';

const ENTRY = {
  id: 'one',
  scope: {
    profiles: [['bare-metal/intel', 'intel-ept/6.16']],
    lens: 'memtype',
    op: 'access',
    rules: ['bare-metal.a', 'intel-ept.b'],
    outcomes: [['ok', 'ok']],
  },
  reason: 'because',
  citations: ['a source'],
  severity: 'performance',
  accepted: { by: 'x', on: '2026-01-01' },
  expires: '2027-01-01',
  scenario: { format: 'emtdiff-scenario/1', steps: [] },
};
const file = (entry: unknown) => ({ format: 'emtdiff-known/1', entries: [entry] });

describe('A file of the ledger', () => {
  test('is what its text says, entries by id', () => {
    const entries = entriesFrom({ format: 'emtdiff-known/1', entries: [{ ...ENTRY, id: 'two' }, ENTRY] }, 'x');
    const read = entriesFrom(JSON.parse(printEntries(entries)), 'x');
    expect(read.map(({ id }) => id)).toEqual(['one', 'two']);
    expect(read[0]).toEqual(entries[1]);
    expect(JSON.parse(printEntries(entries)).entries[0]).toEqual(ENTRY);
  });

  test.each([
    [{ scope: undefined }, '.scope: found nothing, expected'],
    [{ scope: { ...ENTRY.scope, lens: 'x' } }, '.scope.lens: found "x", expected one of memtype'],
    [{ scope: { ...ENTRY.scope, op: 'x' } }, '.scope.op: found "x", expected one of'],
    [{ scope: { ...ENTRY.scope, profiles: [] } }, '.scope.profiles: found [], expected an array of at least 1'],
    [{ scope: { ...ENTRY.scope, rules: ['a'] } }, '.scope.rules: found ["a"], expected two texts'],
    [{ scope: { ...ENTRY.scope, outcomes: [['ok', 'x']] } }, '.scope.outcomes[0][1]: found "x", expected one of ok'],
    [{ scope: { ...ENTRY.scope, extra: 1 } }, '.scope: found the unknown key "extra", expected only the keys profiles'],
    [{ reason: ' ' }, '.reason: found " ", expected a text that is not empty'],
    [{ citations: [] }, '.citations: found [], expected an array of at least 1'],
    [{ severity: 'bad' }, '.severity: found "bad", expected one of machine-check'],
    [{ accepted: { by: 'x', on: 'today' } }, '.accepted.on: found "today", expected a date such as 2026-11-21'],
    [{ expires: '2026-02-29' }, '.expires: found "2026-02-29", expected a date such as 2026-11-21'],
    [{ extra: 1 }, ': found the unknown key "extra", expected only the keys id scope'],
    [{ scenario: { steps: [] } }, '.scenario.format: found nothing'],
  ])('with %j is refused in a sentence', (change, sentence) => {
    expect(() => entriesFrom(file({ ...ENTRY, ...change }), 'file.json')).toThrow(`file.json: $.entries[0]${sentence}`);
  });

  test('knows the days of the calendar', () => {
    expect(['2024-02-29', '2000-02-29', '2026-12-31'].every(isDay)).toBe(true);
    expect(['2100-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '2026-1-1'].some(isDay)).toBe(false);
  });
});

describe('The published schema', () => {
  const { $defs } = JSON.parse(readFileSync(join(__dirname, '../../../corpora/known-divergences/schema.json'), 'utf8'));

  test('has the keys that the parser takes, and requires those that it requires', () => {
    expect(Object.keys($defs.entry.properties)).toEqual(Object.keys(ENTRY));
    expect(Object.keys($defs.scope.properties)).toEqual(Object.keys(ENTRY.scope));
    for (const key of Object.keys(ENTRY)) {
      const without = () => entriesFrom(file({ ...ENTRY, [key]: undefined }), 'x');
      if ($defs.entry.required.includes(key)) expect(without).toThrow();
      else expect(without).not.toThrow();
    }
  });

  test('has the words that the parser takes', () => {
    expect($defs.scope.properties.lens.enum).toEqual(BUCKET_LENSES);
    expect($defs.entry.properties.severity.enum).toEqual(SEVERITIES);
  });
});
