import { putFrames } from './draw.js';
import { gfn, pages } from './fields.js';
import { printHex } from './number.js';
import { checkRange } from './operation-spec.js';
import type { OperationSpec } from './operation-spec.js';

export const hostUnpin: OperationSpec<'host-unpin'> = {
  op: 'host-unpin',
  fields: { gfn, pages },
  needs: (machine, { inPlace }) => inPlace && machine.privateMemory,
  weight: 3,
  draw(draw, words, at) {
    draw.range();
    putFrames(words, at + 1, draw.rangeGfn);
    putFrames(words, at + 3, draw.rangePages);
  },
  inWords: (step) => `host unpins gfn ${printHex(step.gfn)} + ${printHex(step.pages)}`,
  check: checkRange,
};
