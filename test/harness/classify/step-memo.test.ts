import { StepMemo } from '../../../harness/classify/step-memo.js';

test('What is kept of a step is known until the next case begins', () => {
  const memo = new StepMemo<string>();
  memo.keep(3, 'device memory');
  expect(memo.knows(3)).toBe(true);
  expect(memo.at(3)).toBe('device memory');
  memo.forget();
  expect(memo.knows(3)).toBe(false);
});

test('Steps below and above one that is kept are not known', () => {
  const memo = new StepMemo<number>();
  memo.keep(3, 7);
  expect([0, 1, 2, 3, 4].map((step) => memo.knows(step))).toEqual([false, false, false, true, false]);
});

test('A step may be kept anew in a later case', () => {
  const memo = new StepMemo<number>();
  memo.keep(1, 7);
  memo.forget();
  expect(memo.keep(1, 8)).toBe(8);
  expect(memo.at(1)).toBe(8);
  expect(memo.knows(0)).toBe(false);
});
