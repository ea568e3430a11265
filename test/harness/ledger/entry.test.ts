import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entriesFrom, ledgerSchema, printEntries } from '../../../harness/ledger/entry.js';

const BUCKET = {
  id: 'memtype-access~bare-metal.a~intel-ept.b',
  lens: 'memtype',
  op: 'access',
  rules: ['bare-metal.a', 'intel-ept.b'],
  profiles: [['bare-metal/intel', 'intel-ept/6.16']],
  outcomes: ['UC -> WB'],
  step: 0,
  answers: { 'bare-metal/intel': { outcome: 'ok', memtype: 'UC', rule: 'bare-metal.a' } },
  scenario: { format: 'emtdiff-scenario/1', steps: [{ op: 'access', vcpu: 0, gfn: '0x0', kind: 'read', pat: 0 }] },
};
const ENTRY = {
  id: 'one',
  reason: 'because',
  citations: ['a source'],
  severity: 'performance',
  recorded: { by: 'x', on: '2026-01-01' },
  reviewed: { by: 'y', on: '2026-01-02' },
  expires: '2027-01-01',
  buckets: [BUCKET],
};
const file = (entry: unknown) => ({ format: 'emtdiff-known/2', entries: [entry] });
const inBucket = (change: object) => ({ buckets: [{ ...BUCKET, ...change }] });

describe('A file of the ledger', () => {
  test('is what its text says, entries by id', () => {
    const entries = entriesFrom({ format: 'emtdiff-known/2', entries: [{ ...ENTRY, id: 'two' }, ENTRY] }, 'x');
    const read = entriesFrom(JSON.parse(printEntries(entries)), 'x');
    expect(read.map(({ id }) => id)).toEqual(['one', 'two']);
    expect(read[0]).toEqual(entries[1]);
    expect(JSON.parse(printEntries(entries)).entries[0]).toEqual(ENTRY);
  });

  test.each([
    [{ buckets: [] }, '.buckets: found [], expected an array of at least 1'],
    [{ buckets: [BUCKET, BUCKET] }, '.buckets[1]: found the bucket '],
    [inBucket({ lens: 'x' }), '.buckets[0].lens: found "x", expected one of memtype'],
    [inBucket({ op: 'x' }), '.buckets[0].op: found "x", expected one of'],
    [inBucket({ profiles: [] }), '.buckets[0].profiles: found [], expected an array of at least 1'],
    [inBucket({ rules: ['a'] }), '.buckets[0].rules: found ["a"], expected an array of 2'],
    [inBucket({ outcomes: ['ok'] }), '.buckets[0].outcomes[0]: found "ok", expected a text such as "UC -> WB"'],
    [inBucket({ step: 1 }), '.buckets[0].step: found 1, expected a step of the scenario, which has 1'],
    [inBucket({ answers: { x: { outcome: 'zz' } } }), '.buckets[0].answers.x.outcome: found "zz", expected one of ok'],
    [inBucket({ scenario: { steps: [] } }), '.buckets[0].scenario.format: found nothing'],
    [inBucket({ scop: 1 }), '.buckets[0]: found the unknown key "scop", expected only the keys id lens'],
    [{ reason: ' ' }, '.reason: found " ", expected a text that is not empty'],
    [{ citations: [] }, '.citations: found [], expected an array of at least 1'],
    [{ severity: 'bad' }, '.severity: found "bad", expected one of machine-check'],
    [{ recorded: { by: 'x', on: 'today' } }, '.recorded.on: found "today", expected a date such as 2026-11-21'],
    [{ expires: '2026-02-29' }, '.expires: found "2026-02-29", expected a date such as 2026-11-21'],
  ])('with %j is refused in a sentence', (change, sentence) => {
    expect(() => entriesFrom(file({ ...ENTRY, ...change }), 'file.json')).toThrow(`file.json: $.entries[0]${sentence}`);
  });
});

test('The published schema is that of the shapes that read; UPDATE_DOCS=1 writes it', () => {
  const path = join(__dirname, '../../../corpora/known-divergences/schema.json');
  if (process.env.UPDATE_DOCS) writeFileSync(path, JSON.stringify(ledgerSchema(), null, 2));
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(ledgerSchema());
});
