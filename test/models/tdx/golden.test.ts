/** The golden vectors of the specification, with huge regions of 512 pages: faults, zapped leaves and acknowledgements of each line. */
import { WRITE } from '../../../models/contract/operation.js';
import { H, Td } from './td.js';

type Counted = [fault: number, leafZap: number, ack: number];

const SHARED_4K = 'ok 4K WB shared';
const PRIVATE_4K = 'ok 4K WB private';

const LINES: readonly [string, (td: Td) => string[], string[], Counted, Counted][] = [
  // what happens, answers, tdx/6.16, tdx/rfc
  ['g1 S W', (td) => [td.shared(1, { kind: WRITE })], ['ok 2M WB shared'], [1, 0, 0], [1, 0, 0]],
  ['SET [0,H) private', (td) => [td.convert(0, H, 'private')], ['ok'], [0, 1, 0], [0, 1, 0]],
  [
    'g1 P W, g2 P R',
    (td) => [td.acknowledged(1, { kind: WRITE }), td.acknowledged(2)],
    [PRIVATE_4K, PRIVATE_4K],
    [2, 0, 2],
    [2, 0, 2],
  ],
  ['SET [1,2) shared', (td) => [td.convert(1, 2, 'shared')], ['ok'], [0, 1, 0], [0, 1, 0]],
  ['g1 S R', (td) => [td.shared(1)], [SHARED_4K], [1, 0, 0], [1, 0, 0]],
  ['g2 P R', (td) => [td.private(2)], [PRIVATE_4K], [0, 0, 0], [0, 0, 0]],
  ['SET [1,2) private', (td) => [td.convert(1, 2, 'private')], ['ok'], [0, 1, 0], [0, 1, 0]],
  ['g1 P R', (td) => [td.acknowledged(1)], [PRIVATE_4K], [1, 0, 1], [1, 0, 1]],
  ['SET [0,H) private again', (td) => [td.convert(0, H, 'private')], ['ok'], [0, 0, 0], [0, 2, 0]],
  ['g1 P R', (td) => [td.acknowledged(1)], [PRIVATE_4K], [0, 0, 0], [1, 0, 1]],
  ['punch [1,2)', (td) => [td.punch(1, 2)], ['ok'], [0, 1, 0], [0, 1, 0]],
  ['g1 P R', (td) => [td.acknowledged(1)], [PRIVATE_4K], [1, 0, 1], [1, 0, 1]],
];

describe.each([
  ['tdx/6.16', 3],
  ['tdx/rfc', 4],
] as const)('%s counts as in the golden vectors', (profile, column) => {
  const td = new Td(profile);
  test.each(LINES.map((line, index) => [index + 1, line[0], line] as const))('line %i: %s', (_number, _event, line) => {
    td.mark();
    expect(line[1](td)).toEqual(line[2]);
    expect([td.since('fault'), td.since('zapLeaf'), td.since('accept')]).toEqual(line[column]);
    expect([...td.broken]).toEqual([]);
  });
});

test('a removed S-EPT page is blocked, tracked and removed once', () => {
  const td = new Td('tdx/6.16');
  td.convert(0, H, 'private');
  td.acknowledged(1);
  td.mark();
  td.convert(1, 2, 'shared');
  const { block, tdxTrack, remove, tlbFlush, invalidations } = Object.fromEntries(
    ['block', 'tdxTrack', 'remove', 'tlbFlush', 'invalidations'].map((name) => [name, td.since(name)]),
  );
  expect({ block, tdxTrack, remove, tlbFlush, invalidations }).toEqual({
    block: 1,
    tdxTrack: 1,
    remove: 1,
    tlbFlush: 1,
    invalidations: 1,
  });
});

test('the first private page links three S-EPT pages, its neighbour none, one in the next 2M region one', () => {
  const td = new Td('tdx/6.16');
  td.convert(0, 4 * H, 'private');
  const linked = [1, 2, H].map((gfn) => {
    td.mark();
    td.acknowledged(gfn);
    return td.since('septAdd');
  });
  expect(linked).toEqual([3, 0, 1]);
});

test('a page of guest_memfd is allocated and cleared once and freed by the punch', () => {
  const td = new Td('tdx/6.16');
  td.convert(0, H, 'private');
  td.acknowledged(1);
  td.convert(1, 2, 'shared');
  td.convert(1, 2, 'private');
  td.acknowledged(1);
  expect([td.since('alloc'), td.since('zeroPage'), td.since('free'), td.since('aug')]).toEqual([1, 1, 0, 2]);
  td.punch(0, H);
  expect(td.since('free')).toBe(1);
});

test('stores are counted a frame, early returns apart', () => {
  const td = new Td('tdx/6.16');
  td.convert(0, H, 'private');
  td.convert(0, 5, 'private');
  expect([td.since('attrStores'), td.since('attrNoop')]).toEqual([H, 1]);
});

test('counters of the contract: faults, leaves, flushes, exits, retries, and no zap by a register', () => {
  const td = new Td('tdx/6.16');
  td.shared(1);
  td.private(1);
  td.convert(0, 2, 'private', 1);
  td.shared(1);
  expect(td.model.counters()).toMatchObject({ faults: 3, zaps: 0, zappedLeaves: 1, tlbFlushes: 1, memoryFaults: 1, retries: 1 });
});

test('counters of private memory: one page accepted, removed and added again', () => {
  const td = new Td('tdx/6.16');
  td.convert(0, 2, 'private');
  td.private(1);
  td.private(1);
  td.convert(1, 2, 'shared');
  td.shared(1);
  td.convert(1, 2, 'private');
  td.convert(1, 2, 'private');
  td.shared(1);
  expect(td.model.counters()).toMatchObject({
    ...{ septAdds: 3, septAugs: 1, accepts: 1, septBlocks: 1, septTracks: 1, septRemoves: 1 },
    ...{ invalidations: 3, zapCalls: 3, attributeStores: 4, attributeNoops: 1, memoryFaultsShared: 1, memoryFaultsPrivate: 0 },
    ...{ pagesAllocated: 1, pagesZeroed: 1, pagesFreed: 0, localRetries: 0, spuriousFaults: 0, warnings: 0 },
  });
});
