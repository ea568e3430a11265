import { gfn, pages } from './fields.js';
import { printHex } from './number.js';
import { checkRange } from './operation-spec.js';
import type { OperationSpec } from './operation-spec.js';

export const hostUnpin: OperationSpec<'host-unpin'> = {
  op: 'host-unpin',
  fields: { gfn, pages },
  privateMemory: true,
  weight: 0,
  draw() {},
  inWords: (step) => `host unpins gfn ${printHex(step.gfn)} + ${printHex(step.pages)}`,
  check: checkRange,
};
