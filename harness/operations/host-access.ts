import { putFrames } from './draw.js';
import { ACCESS_KIND_NAMES } from '../../models/contract/operation.js';
import { gfn, kind } from './fields.js';
import { printHex } from './number.js';
import type { OperationSpec } from './operation-spec.js';

export const hostAccess: OperationSpec<'host-access'> = {
  op: 'host-access',
  fields: { gfn, kind },
  needs: (machine, { inPlace }) => inPlace && machine.privateMemory,
  weight: 14,
  draw(draw, words, at) {
    putFrames(words, at + 1, draw.gfn());
    words[at + 3] = draw.random.below(3);
  },
  inWords: (step) => `host ${ACCESS_KIND_NAMES[step.kind]} of gfn ${printHex(step.gfn)} through its own mapping`,
};
