import { ACCESS_KIND_NAMES } from '../../models/contract/operation.js';
import { gfn, kind } from './fields.js';
import { printHex } from './number.js';
import type { OperationSpec } from './operation-spec.js';

export const hostAccess: OperationSpec<'host-access'> = {
  op: 'host-access',
  fields: { gfn, kind },
  privateMemory: true,
  weight: 0,
  draw() {},
  inWords: (step) => `host ${ACCESS_KIND_NAMES[step.kind]} of gfn ${printHex(step.gfn)} through its own mapping`,
};
