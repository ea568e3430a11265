import { optional } from './field.js';
import { flagOrKeep, page, vcpu } from './fields.js';
import { printValue64 } from './number.js';
import { value64OrNull } from './value64.js';
import type { OperationSpec } from './operation-spec.js';

export const writeVmcb12: OperationSpec<'write-vmcb12'> = {
  op: 'write-vmcb12',
  fields: {
    vcpu,
    page: optional(page, 0),
    np: optional(flagOrKeep, null),
    gpat: optional(value64OrNull, null),
    npClean: optional(flagOrKeep, null),
  },
  weight: 0,
  draw() {},
  inWords(step) {
    const fields = [
      step.np === null ? '' : ` NP=${Number(step.np)}`,
      step.gpat === null ? '' : ` g_pat=${printValue64(step.gpat.hi, step.gpat.lo)}`,
      step.npClean === null ? '' : ` NP clean bit=${Number(step.npClean)}`,
    ];
    return `L1 writes VMCB${step.page}:${fields.join('') || ' nothing'}`;
  },
};
