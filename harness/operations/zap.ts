import { putFrames } from './draw.js';
import { gfn, pages } from './fields.js';
import { printHex } from './number.js';
import { checkRange, type OperationSpec } from './operation-spec.js';

export const zap: OperationSpec<'zap'> = {
  op: 'zap',
  fields: { gfn, pages },
  weight: 3,
  draw(draw, words, at) {
    draw.range();
    putFrames(words, at + 1, draw.rangeGfn);
    putFrames(words, at + 3, draw.rangePages);
  },
  inWords: (step) => `host zaps gfn ${printHex(step.gfn)} + ${printHex(step.pages)}`,
  check: checkRange,
};
