import { putFrames } from './draw.js';
import { gfn, vcpu } from './fields.js';
import { printHex } from './number.js';
import type { OperationSpec } from './operation-spec.js';

export const invlpg: OperationSpec<'invlpg'> = {
  op: 'invlpg',
  fields: { vcpu, gfn },
  weight: 2,
  draw(draw, words, at) {
    words[at + 1] = draw.vcpu();
    putFrames(words, at + 2, draw.gfn());
  },
  inWords: (step) => `invlpg gfn ${printHex(step.gfn)}`,
};
