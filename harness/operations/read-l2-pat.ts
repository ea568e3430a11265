import { optional } from './field.js';
import { page, vcpu } from './fields.js';
import type { OperationSpec } from './operation-spec.js';

export const readL2Pat: OperationSpec<'read-l2-pat'> = {
  op: 'read-l2-pat',
  fields: { vcpu, page: optional(page, 0) },
  beside: 'value',
  weight: 0,
  draw() {},
  inWords: (step) => `L1 reads L2's PAT from its VMCB${step.page} or VMCS`,
};
