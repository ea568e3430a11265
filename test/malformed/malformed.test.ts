import { resolve } from 'node:path';
import { searchMalformed } from './search.js';

describe('A broken document is refused with a sentence, or accepted without loss', () => {
  const outcomes = searchMalformed(resolve('dist/harness/cli/main.js'), 400, 1);

  test.each(outcomes.map((outcome) => [outcome.kind, outcome] as const))('%s', (_, { refused, wrong }) => {
    expect(wrong).toEqual([]);
    expect(refused).toBeGreaterThan(50);
  });
});
