import { ProgressRecord } from '../../../harness/engine/progress-record.js';

const ALONE = { contributions: [{ index: 0, of: 1, done: 0 }], curves: [] };
const cases = (done: number, buckets = 1) => ({ stage: 'cases', done, buckets }) as const;

test('A night leaves a bounded number of points, in order, from the first to the last', () => {
  const record = new ProgressRecord(ALONE);
  for (let chunk = 1; chunk <= 40_000; chunk++) record.note(cases(64 * chunk, Math.min(chunk, 470)), chunk * 0.7);
  const [{ points }] = record.curves;
  expect(points.length).toBeGreaterThan(90);
  expect(points.length).toBeLessThanOrEqual(201);
  expect(points[0]).toEqual([0.7, 64, 1]);
  expect(points.at(-1)).toEqual([28_000, 2_560_000, 470]);
  expect(points).toEqual([...points].sort((a, b) => a[0] - b[0]));
});

test('Minimising is no progress of cases', () => {
  const record = new ProgressRecord(ALONE);
  record.note({ stage: 'minimising', done: 3, buckets: 9 }, 1);
  expect(record.curves).toEqual([]);
});

test('A run that goes on continues its own curve and keeps those of other shards', () => {
  const other = { shard: '2/3', points: [[1, 64, 5]] } as const;
  const own = { shard: '1/3', points: [[1, 64, 7]] } as const;
  // Two workers share the first shard of 3.
  const contributions = [
    { index: 0, of: 6, done: 32 },
    { index: 3, of: 6, done: 32 },
  ];
  const record = new ProgressRecord({ contributions, curves: [other, own] });
  record.note(cases(128, 6), 3);
  expect(record.curves).toEqual([
    other,
    {
      shard: '1/3',
      points: [
        [1, 64, 7],
        [3, 128, 7],
      ],
    },
  ]);
});
