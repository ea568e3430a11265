import { putFrames } from './draw.js';
import { gfn, pages } from './fields.js';
import { printHex } from './number.js';
import { checkRange, type OperationSpec, withPrivateMemory } from './operation-spec.js';

export const punchHole: OperationSpec<'punch-hole'> = {
  op: 'punch-hole',
  fields: { gfn, pages },
  weight: 4,
  needs: withPrivateMemory,
  draw(draw, words, at) {
    draw.range();
    putFrames(words, at + 1, draw.rangeGfn);
    putFrames(words, at + 3, draw.rangePages);
  },
  inWords: (step) => `punch a hole at gfn ${printHex(step.gfn)} + ${printHex(step.pages)}`,
  check: checkRange,
};
