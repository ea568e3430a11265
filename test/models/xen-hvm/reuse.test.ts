import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Place } from '../../../harness/operations/usage-error.js';
import { runModel } from '../../../harness/run/run.js';
import { Trace } from '../../../harness/run/trace.js';
import { encodeScenario } from '../../../harness/scenario/encoded.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';
import { LeafBlocks } from '../../../models/xen-hvm/leaf-blocks.js';
import { mappingKey, NO_ENTRY, ShadowEntries } from '../../../models/xen-hvm/shadow-entries.js';
import { profileOf } from './subject.js';

const scenarios = readFileSync(join(__dirname, '../../../corpora/conformance/recorded', 'xen-ept.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => encodeScenario(scenarioFrom((JSON.parse(line) as { scenario: unknown }).scenario, new Place('vector', '$'))));

/** One of each kind of paging, and one whose entries split more. */
const KINDS = ['ept-ca24b2ffdb', 'ept-4.21', 'npt', 'shadow-4.18'].map((version) => [version, profileOf(version)] as const);

describe.each(KINDS)('%s', (_name, profile) => {
  test('answers a scenario alike whatever it ran before', () => {
    const reused = profile.create();
    const differing = scenarios.filter((scenario) => {
      const [first, second] = [new Trace(200), new Trace(200)];
      const fresh = profile.create();
      runModel(fresh, scenario, first);
      runModel(reused, scenario, second);
      const sees = (trace: Trace, model: typeof fresh): string =>
        JSON.stringify([[...trace.observations], [...trace.values], model.counters(), model.state()]);
      return sees(first, fresh) !== sees(second, reused);
    });
    expect(differing.length).toBe(0);
  });
});

describe('records of blocks', () => {
  test('are blank after a reset, also where another block had one', () => {
    const blocks = new LeafBlocks();
    blocks.put(7, 2, 0x16, 9);
    blocks.resolveTable(7, 1, 2, 9);
    blocks.reset();
    expect(blocks.find(7)).toBe(-1);
    const record = blocks.touch(8);
    expect([blocks.levels[record], blocks.events[record], blocks.tableEvents[record]]).toEqual([0, 0, 0]);
  });
  test('are found when there are thousands', () => {
    const blocks = new LeafBlocks();
    for (let n = 0; n < 3000; n++) blocks.put(n * 0x10001, 1 + (n % 3), n, n + 1);
    const found = Array.from({ length: 3000 }, (_, n) => blocks.entries[blocks.find(n * 0x10001)]);
    expect(found).toEqual(Array.from({ length: 3000 }, (_, n) => n));
    expect(blocks.find(1)).toBe(-1);
  });
});

describe('shadow entries', () => {
  const filled = (count: number): ShadowEntries => {
    const entries = new ShadowEntries();
    for (let n = 0; n < count; n++) entries.put(mappingKey(n * 2 ** 26, n % 64), n);
    return entries;
  };
  test('are told apart by frame and bits, however many there are', () => {
    const entries = filled(1000);
    for (let n = 0; n < 1000; n++) expect(entries.find(mappingKey(n * 2 ** 26, n % 64))).toBe(n);
    expect(entries.find(mappingKey(0, 1))).toBe(NO_ENTRY);
  });
  test('are dropped once, by frames or all', () => {
    const entries = filled(10);
    expect([entries.drop(2 ** 26, 2 ** 27), entries.drop(2 ** 26, 2 ** 27)]).toEqual([2, 0]);
    expect([entries.find(mappingKey(2 ** 26, 1)), entries.find(mappingKey(3 * 2 ** 26, 3))]).toEqual([NO_ENTRY, 3]);
    expect([entries.dropAll(), entries.dropAll()]).toEqual([8, 0]);
  });
});
