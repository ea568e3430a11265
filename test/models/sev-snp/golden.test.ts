/** The twelve events that every design was traced through by hand: faults, leaves zapped, RMPUPDATEs, validations, event by event. */
import { type DesignName, DESIGNS, Guest } from './guest.js';

interface Event {
  readonly says: string;
  readonly run: (guest: Guest) => string[];
  /** By design, in the order of COLUMNS: faults, leaves zapped, RMPUPDATEs, #VC with PVALIDATE. */
  readonly costs: readonly string[];
  readonly ends: readonly string[];
}

const COLUMNS: readonly (readonly DesignName[])[] = [['6.11'], ['deferred'], ['rfc-v8', 'in-lock', 'pre-post']];

/** An access, repeated once if the guest had to validate. */
function access(guest: Guest, gfn: number, mode: 'P' | 'S', kind: 'R' | 'W'): string[] {
  const first = guest.access(gfn, mode, kind);
  return first === 'not-validated' ? [first, guest.access(gfn, mode, kind)] : [first];
}

const same = (text: string): string[] => [text, text, text];

const EVENTS: readonly Event[] = [
  { says: 'g1 S W', run: (g) => access(g, 1, 'S', 'W'), costs: same('1 0 0 0'), ends: same('ok shared 2M') },
  { says: 'SET [0,4) private', run: (g) => [g.set(0, 4, 'P')], costs: ['0 1 0 0', '0 1 0 0', '0 1 4 0'], ends: same('ok') },
  {
    says: 'g1 P W, then g2 P R',
    run: (g) => [...access(g, 1, 'P', 'W'), ...access(g, 2, 'P', 'R')],
    costs: ['2 0 2 2', '2 0 2 2', '2 0 0 2'],
    ends: same('ok private 4K'),
  },
  { says: 'SET [1,2) shared', run: (g) => [g.set(1, 2, 'S')], costs: ['0 1 0 0', '0 1 0 0', '0 1 1 0'], ends: same('ok') },
  { says: 'g1 S R', run: (g) => access(g, 1, 'S', 'R'), costs: same('1 0 0 0'), ends: same('ok shared 4K') },
  { says: 'g2 P R', run: (g) => access(g, 2, 'P', 'R'), costs: same('0 0 0 0'), ends: same('ok private 4K') },
  { says: 'SET [1,2) private', run: (g) => [g.set(1, 2, 'P')], costs: ['0 1 0 0', '0 1 0 0', '0 1 1 0'], ends: same('ok') },
  { says: 'g1 P R', run: (g) => access(g, 1, 'P', 'R'), costs: ['1 0 0 0', '1 0 0 0', '1 0 0 1'], ends: same('ok private 4K') },
  { says: 'SET [0,4) private again', run: (g) => [g.set(0, 4, 'P')], costs: ['0 0 0 0', '0 2 0 0', '0 2 4 0'], ends: same('ok') },
  { says: 'g1 P R', run: (g) => access(g, 1, 'P', 'R'), costs: ['0 0 0 0', '1 0 0 0', '1 0 0 1'], ends: same('ok private 4K') },
  { says: 'punch [1,2)', run: (g) => [g.punch(1, 2)], costs: same('0 1 1 0'), ends: same('ok') },
  {
    says: 'g1 P R',
    run: (g) => access(g, 1, 'P', 'R'),
    costs: ['1 0 1 1', '1 0 1 1', 'livelock'],
    ends: ['ok private 4K', 'ok private 4K', 'rmp-loop'],
  },
];

/** What the events cost and how each ends. */
function trace(guest: Guest): { says: string; cost: string; end: string }[] {
  return EVENTS.map(({ says, run }) => {
    const before = guest.counters;
    const answers = run(guest);
    const after = guest.counters;
    const acks = answers.filter((answer) => answer === 'not-validated').length;
    const counts = [
      after.faults - before.faults,
      after.zappedLeaves - before.zappedLeaves,
      after.rmpUpdates - before.rmpUpdates,
      acks,
    ];
    const end = answers[answers.length - 1] === 'sleep-in-atomic' ? 'ok' : answers[answers.length - 1];
    return { says, cost: end === 'rmp-loop' ? 'livelock' : counts.join(' '), end };
  });
}

describe('Twelve events on one slot of 16 frames', () => {
  for (const [column, names] of COLUMNS.entries()) {
    for (const name of names) {
      test(`sev-snp/${name} costs what was traced by hand`, () => {
        const expected = EVENTS.map(({ says, costs, ends }) => ({ says, cost: costs[column], end: ends[column] }));
        expect(trace(new Guest(DESIGNS[name]))).toEqual(expected);
      });
    }
  }

  test('cost the merged design in parts what was traced by hand', () => {
    const guest = new Guest(DESIGNS['6.11']);
    trace(guest);
    expect(guest.counters).toEqual({
      ...{ faults: 6, zaps: 0, zappedLeaves: 4, tlbFlushes: 4, rmpUpdates: 4, memoryFaults: 0, retries: 0 },
      ...{ zapCalls: 4, invalidations: 4, spuriousFaults: 0, memoryFaultsPrivate: 0, memoryFaultsShared: 0, rmpFaults: 0 },
      // Three pages are prepared, each after a look at its RMP entry; the one that is freed is looked at again.
      ...{ rmpUpdatesToPrivate: 3, rmpUpdatesToShared: 1, rmpLookups: 4, directMapSplits: 1, validationFaults: 3, pvalidates: 3 },
      ...{ pagesAllocated: 3, pagesFreed: 1, pagesPrepared: 3, pagesZeroed: 3 },
      ...{ attributeStores: 6, attributeNoops: 1, warnings: 0 },
    });
  });

  test('cost RFC v8 in parts what was traced by hand', () => {
    const guest = new Guest(DESIGNS['rfc-v8']);
    trace(guest);
    expect(guest.counters).toEqual({
      ...{ faults: 8, zaps: 0, zappedLeaves: 6, tlbFlushes: 5, rmpUpdates: 11, memoryFaults: 0, retries: 0 },
      ...{ zapCalls: 5, invalidations: 5, memoryFaultsPrivate: 0, memoryFaultsShared: 0 },
      // The livelock at the end: the leaf is there, the page is not assigned.
      ...{ rmpFaults: 1, spuriousFaults: 1 },
      ...{ rmpUpdatesToPrivate: 9, rmpUpdatesToShared: 2, rmpLookups: 1, directMapUnmaps: 9, directMapMaps: 2 },
      ...{ validationFaults: 4, pvalidates: 4, pagesAllocated: 5, pagesFreed: 1 },
      ...{ attributeStores: 10, attributeNoops: 0, warnings: 0 },
    });
  });

  test('the same with 2M blocks of 512 frames, every RMPUPDATE of the hooks 512 times', () => {
    const guest = new Guest(DESIGNS['rfc-v8'], {}, { regions: [{ ...bigRegion }] }, 512);
    expect(guest.access(1, 'S', 'W')).toBe('ok shared 2M');
    guest.set(0, 512, 'P');
    expect(guest.counters).toMatchObject({ faults: 1, zappedLeaves: 1, rmpUpdates: 512 });
  });
});

const bigRegion = {
  gfn: 0,
  pages: 2048,
  backing: 0,
  level: 2,
  hostMtrr: 6,
  hostPat: 6,
  specialOffset: 0,
  specialPages: 0,
} as const;
