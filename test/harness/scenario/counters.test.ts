import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPARED_COUNTERS, COUNTER_NAMES, counterInWords, PRIVATE_MEMORY_COUNTERS } from '../../../models/contract/counters.js';

const page = readFileSync(join(__dirname, '../../../harness/scenario/README.md'), 'utf8');
const documented = [...page.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, name, words]) => [name, words]);

test('The page on the format lists every counter, in the order in which they print, in the words of the contract', () => {
  expect(documented).toEqual(COUNTER_NAMES.map((name) => [name, counterInWords(name)]));
});

test('The counters that the format names come first and are the ones that are compared', () => {
  const compared = Object.keys(COMPARED_COUNTERS);
  expect(COUNTER_NAMES.slice(0, compared.length)).toEqual(compared);
  expect(compared).toEqual(
    'faults zaps zappedLeaves tlbFlushes cacheFlushes misconfigs rmpUpdates memoryFaults retries'.split(' '),
  );
  expect(COUNTER_NAMES).toHaveLength(compared.length + Object.keys(PRIVATE_MEMORY_COUNTERS).length);
});
