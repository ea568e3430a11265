import { msrName } from '../../models/contract/msr.js';
import { optional } from './field.js';
import { msr, vcpu } from './fields.js';
import { printValue64 } from './number.js';
import { value64OrNull } from './value64.js';
import type { OperationSpec } from './operation-spec.js';

export const hostMsr: OperationSpec<'host-msr'> = {
  op: 'host-msr',
  fields: { vcpu, msr, value: optional(value64OrNull, null) },
  beside: 'value',
  besideUnless: 'value',
  weight: 0,
  draw() {},
  inWords(step) {
    const name = msrName(step.msr);
    return step.value === null ? `host reads ${name}` : `host sets ${name} = ${printValue64(step.value.hi, step.value.lo)}`;
  },
};
