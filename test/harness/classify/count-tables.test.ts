import { Bucket } from '../../../harness/classify/bucket.js';
import type { DivergenceKind } from '../../../harness/classify/divergence-kind.js';
import { KnownKinds, MORE_OF_THE_SAME } from '../../../harness/classify/known-kinds.js';
import { SideCounts } from '../../../harness/classify/side-counts.js';
import { LENSES } from '../../../harness/compare/lens.js';

const bucket = (name: string) => new Bucket(LENSES.memtype, 'access', name, 'got');
const kind = (expected: number, got: number): DivergenceKind => ({
  bucket: bucket('expected'),
  expected,
  got,
  pair: { expected, got, steps: 0 },
  worstRank: 0,
});

/** Counts, and keeps the kind if it is new, as a campaign does; returns the kind, null where it is more of the same. */
function counted(kinds: KnownKinds, place: number, expected: number, got: number, index: number): DivergenceKind | null {
  const slot = kinds.count(place, expected, got, index);
  if (slot === MORE_OF_THE_SAME) return null;
  const known = kinds.at(slot);
  if (known !== null) return known;
  const made = kind(expected, got);
  kinds.setDone(kinds.keep(slot, made), true);
  return made;
}

describe('Kinds of divergence', () => {
  test('are found again by place and both answers, however often their table grew', () => {
    const kinds = new KnownKinds(4);
    const made = Array.from({ length: 300 }, (_, n) => counted(kinds, n % 7, n, 1000 - n, 0));
    expect(new Set(made).size).toBe(300);
    expect(made.map((_, n) => counted(kinds, n % 7, n, 1000 - n, 1))).toEqual(made);
    expect(made.every((one, n) => one === counted(kinds, n % 7, n, 1000 - n, 2))).toBe(true);
  });

  test('that are done with are more of the same within a case, and count their steps in every one', () => {
    const kinds = new KnownKinds(4);
    const first = counted(kinds, 3, 5, 6, 0);
    expect([counted(kinds, 3, 5, 6, 0), counted(kinds, 3, 5, 6, 0), counted(kinds, 3, 5, 6, 1)]).toEqual([null, null, first]);
    kinds.settle();
    kinds.settle();
    expect(first?.pair.steps).toBe(4);
  });

  test('that may still matter are handed out again within the case', () => {
    const kinds = new KnownKinds(4);
    const slot = kinds.keep(kinds.count(1, 2, 3, 0), kind(2, 3));
    kinds.setDone(slot, false);
    expect(kinds.count(1, 2, 3, 0)).toBe(slot);
  });
});

describe('Counts of who sided with whom', () => {
  test('reach the buckets once, however often their table grew, signatures beyond 32 bits included', () => {
    const counts = new SideCounts(4);
    const buckets = [bucket('one'), bucket('two')];
    const numbers = buckets.map((one) => counts.numberOf(one));
    for (let n = 0; n < 500; n++) counts.add(numbers[n % 2], 2 ** 33 * (n % 50) + (n % 5));
    counts.settle();
    counts.settle();
    for (const { sides } of buckets) {
      expect(sides.size).toBe(25);
      expect([...sides.values()].every((cases) => cases === 10)).toBe(true);
    }
    expect(buckets[0].sides.get(2 ** 33 * 48 + 3)).toBe(10);
  });
});
