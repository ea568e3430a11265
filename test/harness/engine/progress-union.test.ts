import { unitedCurves } from '../../../harness/engine/progress-union.js';

const curve = (shard: string, cases: number) => ({ shard, points: [[1, cases, 3]] }) as const;

test('Curves of shards stand side by side in the order of the shards, each once, the one that came furthest', () => {
  const united = [curve('0/2', 64), curve('1/2', 128)];
  expect(unitedCurves([[curve('1/2', 128)], [curve('0/2', 64)]])).toEqual(united);
  expect(unitedCurves([united, [curve('1/2', 64)], united, []])).toEqual(united);
});
