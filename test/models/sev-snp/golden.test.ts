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

  test('the same with 2M blocks of 512 frames, every RMPUPDATE of the hooks 512 times', () => {
    const guest = new Guest(DESIGNS['rfc-v8'], { pagesOf2M: 512 }, { regions: [{ ...bigRegion }] });
    expect(guest.access(1, 'S', 'W')).toBe('ok shared 2M');
    guest.set(0, 512, 'P');
    expect(guest.counters).toMatchObject({ faults: 1, zappedLeaves: 1, rmpUpdates: 512 });
  });
});

const bigRegion = { gfn: 0, pages: 2048, backing: 0, level: 2, hostMtrr: 6, specialOffset: 0, specialPages: 0 } as const;
