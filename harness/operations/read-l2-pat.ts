import { optional } from './field.js';
import { page, vcpu } from './fields.js';
import { onNested, type OperationSpec } from './operation-spec.js';

export const readL2Pat: OperationSpec<'read-l2-pat'> = {
  op: 'read-l2-pat',
  fields: { vcpu, page: optional(page, 0) },
  beside: 'value',
  weight: 6,
  needs: onNested,
  draw(draw, words, at) {
    words[at + 1] = draw.vcpu();
    words[at + 2] = draw.random.chance(48) ? 1 : 0;
  },
  inWords: (step) => `L1 reads L2's PAT from its VMCB${step.page} or VMCS`,
};
