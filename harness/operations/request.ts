import type { RequestType } from '../../models/contract/guest-os.js';
import { MEMORY_TYPE_NAMES, UC, UC_MINUS, WB, WC, WT } from '../../models/contract/memory-type.js';
import { gfn, named, vcpu } from './fields.js';
import { printHex } from './number.js';
import type { OperationSpec } from './operation-spec.js';

const type = named<RequestType>(MEMORY_TYPE_NAMES, [WB, UC_MINUS, WC, UC, WT]);

export const request: OperationSpec<'request'> = {
  op: 'request',
  fields: { vcpu, gfn, type },
  beside: 'index',
  weight: 0,
  draw() {},
  inWords: (step) => `a driver asks for gfn ${printHex(step.gfn)} as ${MEMORY_TYPE_NAMES[step.type]}`,
};
