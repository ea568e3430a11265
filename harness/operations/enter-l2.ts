import { optional } from './field.js';
import { page, vcpu } from './fields.js';
import type { OperationSpec } from './operation-spec.js';

export const enterL2: OperationSpec<'enter-l2'> = {
  op: 'enter-l2',
  fields: { vcpu, page: optional(page, 0) },
  weight: 0,
  draw() {},
  inWords: (step) => `enter L2${step.page === 0 ? '' : ` by VMCB${step.page}`}`,
};
