/**
 * One frame is converted and the conversion stopped at each point; an access of the old or the new kind runs to its end there. A cell
 * holds the answers to: read with a leaf of the old kind, write with it, read without a leaf, write without it.
 */
import { type DesignName, DESIGNS, Guest } from './guest.js';

type Kind = 'P' | 'S';
/** Where the conversion stands: before, after its three pauses, and returned. */
type Point = 0 | 1 | 2 | 3 | 4;
const PAUSES = ['invalidate-begin', 'store', 'invalidate-end'] as const;
const FRAME = 5;

const all = (answer: string): string => [answer, answer, answer, answer].join(', ');
const leafOrNot = (leaf: string, none: string): string => [leaf, leaf, none, none].join(', ');
const exit = { P: 'memory-fault private', S: 'memory-fault shared' } as const;

interface Row {
  readonly designs: readonly DesignName[];
  readonly cells: Readonly<Record<string, string>>;
}

const EARLY_TO_PRIVATE = { 'O@0': all('ok shared 4K'), 'N@0': all(exit.P), 'N@1': all(exit.P), 'O@3': all(exit.S) };
const VALIDATES = all('not-validated then ok private 4K');
const RFC_TO_PRIVATE = {
  ...EARLY_TO_PRIVATE,
  'O@1': leafOrNot('ok shared 4K', 'retry'),
  'O@2': leafOrNot('ok shared 4K', exit.S),
  'N@2': 'retry, rmp-loop, retry, retry',
  'N@4': VALIDATES,
};

const TO_PRIVATE: readonly Row[] = [
  {
    designs: ['6.11'],
    cells: {
      ...EARLY_TO_PRIVATE,
      'O@1': all('retry'),
      'O@2': all(exit.S),
      'N@2': all('retry'),
      'N@3': VALIDATES,
      'N@4': VALIDATES,
    },
  },
  { designs: ['rfc-v8'], cells: { ...RFC_TO_PRIVATE, 'N@3': all('rmp-loop') } },
  { designs: ['in-lock', 'deferred', 'pre-post'], cells: { ...RFC_TO_PRIVATE, 'N@3': VALIDATES } },
];

const AT_REST_TO_SHARED = {
  'O@0': all('ok private 4K'),
  'N@0': `ciphertext, ${exit.S}, ${exit.S}, ${exit.S}`,
  'O@3': all(exit.P),
  'N@3': all('ok shared 4K'),
};

const TO_SHARED: readonly Row[] = [
  {
    designs: ['6.11'],
    cells: { ...AT_REST_TO_SHARED, 'O@1': all('retry'), 'N@1': all(exit.S), 'O@2': all(exit.P), 'N@2': all('retry') },
  },
  {
    designs: ['rfc-v8', 'in-lock', 'deferred', 'pre-post'],
    cells: {
      ...AT_REST_TO_SHARED,
      'O@1': leafOrNot('ok private 4K', 'retry'),
      'N@1': `ciphertext, ${exit.S}, ${exit.S}, ${exit.S}`,
      'O@2': leafOrNot('ok private 4K', exit.P),
      'N@2': 'ciphertext, rmp-loop, retry, retry',
    },
  },
];

/** The frame with a leaf of the kind it has now, or with the same page and no leaf. */
function prepared(design: DesignName, from: Kind, hasLeaf: boolean): Guest {
  const guest = new Guest(DESIGNS[design], {}, { regions: [region4K] });
  if (from === 'P') guest.set(FRAME, FRAME + 1, 'P');
  guest.access(FRAME, from, 'W');
  if (from === 'P') guest.access(FRAME, from, 'W');
  if (!hasLeaf) guest.zap(FRAME, FRAME + 1);
  return guest;
}

const region4K = { gfn: 0, pages: 16, backing: 0, level: 1, hostMtrr: 6, hostPat: 6, specialOffset: 0, specialPages: 0 } as const;

function answer(design: DesignName, from: Kind, mode: Kind, point: Point, access: 'R' | 'W', hasLeaf: boolean): string {
  const to = from === 'P' ? 'S' : 'P';
  const guest = prepared(design, from, hasLeaf);
  if (point > 0) guest.set(FRAME, FRAME + 1, to, PAUSES[point - 1]);
  const first = guest.access(FRAME, mode, access, { vcpu: 1 });
  return first === 'not-validated' ? `${first} then ${guest.access(FRAME, mode, access, { vcpu: 1 })}` : first;
}

function cellOf(design: DesignName, from: Kind, name: string): string {
  const other = from === 'P' ? 'S' : 'P';
  const mode = name[0] === 'O' ? from : other;
  const point = Number(name[2]) as Point;
  const ask = (access: 'R' | 'W', hasLeaf: boolean): string => answer(design, from, mode, point, access, hasLeaf);
  return [ask('R', true), ask('W', true), ask('R', false), ask('W', false)].join(', ');
}

describe.each([
  ['shared to private', 'S' as Kind, TO_PRIVATE],
  ['private to shared', 'P' as Kind, TO_SHARED],
])('An access while a frame goes from %s', (_, from, rows) => {
  for (const { designs, cells } of rows) {
    for (const design of designs) {
      for (const [name, expected] of Object.entries(cells)) {
        test(`sev-snp/${design}, ${name[0] === 'O' ? 'old' : 'new'} kind after point ${name[2]}: ${expected}`, () => {
          expect(cellOf(design, from, name)).toBe(expected);
        });
      }
    }
  }
});

describe('When the page of a frame that became shared leaves the RMP', () => {
  const updatesAt = (design: DesignName): number[] => {
    const guest = prepared(design, 'P', true);
    const before = guest.counters.rmpUpdates;
    const counts: number[] = [];
    guest.set(FRAME, FRAME + 1, 'S', 'store');
    counts.push(guest.counters.rmpUpdates - before);
    const rest = new Guest(DESIGNS[design], {}, { regions: [region4K] });
    rest.set(FRAME, FRAME + 1, 'P');
    rest.access(FRAME, 'P');
    const start = rest.counters.rmpUpdates;
    rest.set(FRAME, FRAME + 1, 'S', 'invalidate-end');
    counts.push(rest.counters.rmpUpdates - start);
    rest.finish();
    counts.push(rest.counters.rmpUpdates - start);
    rest.punch(FRAME, FRAME + 1);
    counts.push(rest.counters.rmpUpdates - start);
    return counts;
  };

  test.each([
    ['rfc-v8', 'after the lock is dropped', [0, 0, 1, 1]],
    ['in-lock', 'with the zap', [0, 1, 1, 1]],
    ['pre-post', 'with the zap', [0, 1, 1, 1]],
    ['deferred', 'when the page is freed', [0, 0, 0, 1]],
    ['6.11', 'when the page is freed', [0, 0, 0, 1]],
  ] as const)('sev-snp/%s updates it %s', (design, _, expected) => expect(updatesAt(design)).toEqual(expected));
});
