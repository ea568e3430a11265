import { didYouMean } from '../../../harness/operations/close-name.js';

const NAMES = ['panel', 'externals', 'lenses', 'failOn'];

test.each([
  ['panle', 'panel'],
  ['Panel', 'panel'],
  ['pannel', 'panel'],
  ['lens', 'lenses'],
  ['external', 'externals'],
  ['fail-on', 'failOn'],
])('%s may have been %s', (typed, meant) => expect(didYouMean(typed, NAMES)).toBe(`; did you mean "${meant}"?`));

test.each([['zebra'], [''], ['x'], ['p'.repeat(100_000)]])('%j is no slip of the finger', (typed) =>
  expect(didYouMean(typed, NAMES)).toBe(''),
);

test('Nothing is near where there is no name', () => expect(didYouMean('panel', [])).toBe(''));
