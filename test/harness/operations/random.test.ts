import { Random } from '../../../harness/operations/random.js';

/** sfc32 as PractRand's C has it, in BigInt. */
function reference(a: bigint, b: bigint, c: bigint, counter: bigint): () => number {
  const word = (value: bigint) => BigInt.asUintN(32, value);
  let state = [word(a), word(b), word(c), word(counter)];
  return () => {
    const [x, y, z, n] = state;
    const result = word(x + y + n);
    state = [y ^ (y >> 9n), word(z + (z << 3n)), word(((z << 21n) | (z >> 11n)) + result), word(n + 1n)];
    return Number(BigInt.asIntN(32, result));
  };
}

const draws = (count: number, ...seed: [number, number, number, number]) => {
  const random = new Random();
  random.seed(...seed);
  return Array.from({ length: count }, () => random.next());
};

describe('The inner generator', () => {
  test('is sfc32', () => {
    const random = new Random();
    random.seed(1, 2, 3, 4);
    const { a, b, c, counter } = random as unknown as Record<'a' | 'b' | 'c' | 'counter', number>;
    const expected = reference(BigInt(a), BigInt(b), BigInt(c), BigInt(counter));
    for (let draw = 0; draw < 100; draw++) expect(random.next()).toBe(expected());
  });

  test('starts anew at each seeding, whatever was drawn before', () => {
    const random = new Random();
    random.seed(9, 9, 9, 9);
    random.next();
    random.seed(1, 2, 3, 4);
    expect(Array.from({ length: 20 }, () => random.next())).toEqual(draws(20, 1, 2, 3, 4));
  });

  test('differs by key, case, stream, and beyond 2 ** 32 cases', () => {
    const seeds: [number, number, number, number][] = [
      [5, 5, 0, 0],
      [6, 5, 0, 0],
      [5, 6, 0, 0],
      [5, 5, 1, 0],
      [5, 5, 2 ** 32, 0],
      [5, 5, 2 ** 33, 0],
      [5, 5, 0, 1],
      [5, 5, 0, 2],
    ];
    expect(new Set(seeds.map((seed) => draws(4, ...seed).join())).size).toBe(seeds.length);
  });

  test('draws below n every number, none more, about equally often', () => {
    const random = new Random();
    random.seed(7, 7, 7, 7);
    for (const n of [1, 2, 3, 10, 64]) {
      const counts = new Array<number>(n).fill(0);
      for (let draw = 0; draw < 1000 * n; draw++) counts[random.below(n)]++;
      expect(counts).toHaveLength(n);
      for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
    }
  });

  test('gives a chance of n in 256: never 0, always 256', () => {
    const random = new Random();
    random.seed(7, 7, 7, 7);
    const hits = (n: number) => Array.from({ length: 2560 }, () => random.chance(n)).filter(Boolean).length;
    expect([hits(0), hits(256)]).toEqual([0, 2560]);
    expect(Math.abs(hits(64) - 640)).toBeLessThan(80);
    expect(hits(1)).toBeGreaterThan(0);
  });
});
