import { gfn, pages } from './fields.js';
import { printHex } from './number.js';
import { checkRange } from './operation-spec.js';
import type { OperationSpec } from './operation-spec.js';

export const hostPin: OperationSpec<'host-pin'> = {
  op: 'host-pin',
  fields: { gfn, pages },
  privateMemory: true,
  weight: 0,
  draw() {},
  inWords: (step) => `host pins gfn ${printHex(step.gfn)} + ${printHex(step.pages)}`,
  check: checkRange,
};
