import { putFrames } from './draw.js';
import { gfn, pages } from './fields.js';
import { printHex } from './number.js';
import { checkRange } from './operation-spec.js';
import type { OperationSpec } from './operation-spec.js';

export const hostPin: OperationSpec<'host-pin'> = {
  op: 'host-pin',
  fields: { gfn, pages },
  needs: (machine, { inPlace }) => inPlace && machine.privateMemory,
  weight: 5,
  draw(draw, words, at) {
    draw.range();
    putFrames(words, at + 1, draw.rangeGfn);
    putFrames(words, at + 3, draw.rangePages);
  },
  inWords: (step) => `host pins gfn ${printHex(step.gfn)} + ${printHex(step.pages)}`,
  check: checkRange,
};
