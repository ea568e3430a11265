/** What an access meets at each point of a conversion of its frame: every cell of the specification's tables, for reads and writes. */
import { type ConversionPause, READ, WRITE } from '../../../models/contract/operation.js';
import { Td } from './td.js';

const OK_SHARED = 'ok 4K WB shared';
const OK_PRIVATE = 'ok 4K WB private';
const EXIT_P = 'memory-fault private';
const EXIT_S = 'memory-fault shared';
/** AUG, pending; the guest accepts. */
const AUG = 'not-validated';

/** One cell a column: with a leaf of the old type / without. */
type Cell = readonly [withLeaf: string, without: string];
const both = (answer: string): Cell => [answer, answer];
const at = (point: string): number => Number(point.slice(2));

const TABLES: Record<string, Record<'S to P' | 'P to S', Record<string, Cell>>> = {
  'tdx/6.16': {
    'S to P': {
      'O@0': both(OK_SHARED),
      'N@0': both(EXIT_P),
      'O@1': both('retry'),
      'N@1': both(EXIT_P),
      'O@2': both(EXIT_S),
      'N@2': both('retry'),
      'O@3': both(EXIT_S),
      'N@3': both(AUG),
      'O@4': both(EXIT_S),
      'N@4': both(AUG),
    },
    'P to S': {
      'O@0': [OK_PRIVATE, AUG],
      'N@0': both(EXIT_S),
      'O@1': both('retry'),
      'N@1': both(EXIT_S),
      'O@2': both(EXIT_P),
      'N@2': both('retry'),
      'O@3': both(EXIT_P),
      'N@3': both(OK_SHARED),
      'O@4': both(EXIT_P),
      'N@4': both(OK_SHARED),
    },
  },
  'tdx/rfc': {
    'S to P': {
      'O@0': both(OK_SHARED),
      'N@0': both(EXIT_P),
      'O@1': [OK_SHARED, 'retry'],
      'N@1': both(EXIT_P),
      'O@2': [OK_SHARED, EXIT_S],
      'N@2': both('retry'),
      'O@3': both(EXIT_S),
      'N@3': both(AUG),
      'O@4': both(EXIT_S),
      'N@4': both(AUG),
    },
    'P to S': {
      'O@0': [OK_PRIVATE, AUG],
      'N@0': both(EXIT_S),
      'O@1': [OK_PRIVATE, 'retry'],
      'N@1': both(EXIT_S),
      'O@2': [OK_PRIVATE, EXIT_P],
      'N@2': both('retry'),
      'O@3': both(EXIT_P),
      'N@3': both(OK_SHARED),
      'O@4': both(EXIT_P),
      'N@4': both(OK_SHARED),
    },
  },
};

const CELLS = Object.entries(TABLES).flatMap(([profile, directions]) =>
  Object.entries(directions).flatMap(([direction, cells]) =>
    Object.entries(cells).flatMap(([point, answers]) =>
      ([READ, WRITE] as const).flatMap((kind) =>
        [true, false].map((hasLeaf) => ({ profile, direction, point, kind, hasLeaf, answer: answers[hasLeaf ? 0 : 1] })),
      ),
    ),
  ),
);

test.each(CELLS)(
  '$profile, $direction, $point, kind $kind, leaf $hasLeaf: $answer',
  ({ profile, direction, point, kind, hasLeaf, answer }) => {
    const td = new Td(profile);
    const isToPrivate = direction === 'S to P';
    if (!isToPrivate) td.convert(5, 6, 'private');
    if (hasLeaf) expect(isToPrivate ? td.shared(5, { vcpu: 1 }) : td.acknowledged(5, { vcpu: 1 })).toMatch(/^ok/);
    // IP0 is before the conversion, IP4 after its last step.
    const injection = at(point);
    if (injection > 0) td.convert(5, 6, isToPrivate ? 'private' : 'shared', (injection === 4 ? 0 : injection) as ConversionPause);
    const isPrivate = (point[0] === 'N') === isToPrivate;
    // A mixed region maps 4K; an unmixed one 2M.
    const seen = isPrivate ? td.private(5, { kind, vcpu: 2 }) : td.shared(5, { kind, vcpu: 2 });
    expect(seen.replace('2M', '4K')).toBe(answer);
    expect([...td.broken]).toEqual([]);
  },
);

test.each(['tdx/6.16', 'tdx/rfc'])('%s: a conversion resumed from any point ends as one that never stopped', (profile) => {
  const ends = ([0, 1, 2, 3] as const).map((pause) => {
    const td = new Td(profile);
    td.shared(5);
    td.convert(5, 6, 'private', pause);
    td.resumeConversion();
    td.acknowledged(5);
    return JSON.stringify([td.model.state(), td.model.privateMemoryCounters()]);
  });
  expect(new Set(ends).size).toBe(1);
});
