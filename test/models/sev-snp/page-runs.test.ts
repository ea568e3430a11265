/** Runs of frames and sorted leaves, against one entry a frame. */
import { SHARED } from '../../../models/contract/observation.js';
import { NestedPageTable } from '../../../models/sev-snp/nested-page-table.js';
import { PageRuns } from '../../../models/sev-snp/page-runs.js';

const FRAMES = 40;
const numbers = (seed: number): ((limit: number) => number) => {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % limit;
  };
};

test('Runs of frames say of each frame what was last said of it, and never two neighbours the same', () => {
  const runs = new PageRuns();
  for (let seed = 1; seed <= 12; seed++) {
    const random = numbers(seed);
    const frames = new Array<number>(FRAMES).fill(0);
    runs.reset();
    for (let i = 0; i < 60; i++) {
      const from = random(FRAMES);
      const to = from + 1 + random(FRAMES - from);
      const clear = random(8);
      const set = random(4);
      runs.change(from, to, clear, set);
      for (let gfn = from; gfn < to; gfn++) frames[gfn] = (frames[gfn] & ~clear) | set;
      expect(frames.map((_, gfn) => runs.wordAt(gfn))).toEqual(frames);
      expect(runs.wordAt(2 ** 40 - 1)).toBe(0);
      expect([...runs.word.subarray(1, runs.count)].some((word, run) => word === runs.word[run])).toBe(false);
      const [a, b] = [random(FRAMES), FRAMES];
      expect(runs.isAll(a, b, 1, 1)).toBe(frames.slice(a, b).every((word) => (word & 1) === 1));
    }
  }
});

test('Runs reach to the last frame there is', () => {
  const runs = new PageRuns();
  runs.change(2 ** 40 - 2, 2 ** 40, 0, 1);
  expect([runs.wordAt(2 ** 40 - 3), runs.wordAt(2 ** 40 - 2), runs.endOf(1), runs.count]).toEqual([0, 1, 2 ** 40, 2]);
});

test('Leaves are found by any of their frames and go as a whole', () => {
  const npt = new NestedPageTable(4);
  for (let seed = 1; seed <= 12; seed++) {
    const random = numbers(seed);
    const owner = new Map<number, number>();
    npt.reset();
    for (let i = 0; i < 80; i++) {
      const gfn = random(FRAMES);
      if (random(4) === 0) {
        const to = gfn + 1 + random(8);
        const gone = new Set([...owner].filter(([frame]) => frame >= gfn && frame < to).map(([, base]) => base));
        for (const [frame, base] of [...owner]) if (gone.has(base)) owner.delete(frame);
        expect(npt.remove(gfn, to)).toBe(gone.size);
      } else {
        const level = (1 + random(2)) as 1 | 2;
        const pages = npt.pagesOf(level);
        const base = gfn - (gfn % pages);
        const frames = Array.from({ length: pages }, (_, page) => base + page);
        if (frames.every((frame) => !owner.has(frame))) {
          npt.insert(base, level, SHARED, 0, 6);
          for (const frame of frames) owner.set(frame, base);
        }
      }
      const found = Array.from({ length: FRAMES + 4 }, (_, frame) => npt.find(frame));
      expect(found.map((leaf) => npt.base[leaf])).toEqual(found.map((_, frame) => owner.get(frame)));
    }
  }
});
