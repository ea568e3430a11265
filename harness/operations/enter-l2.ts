import { optional } from './field.js';
import { page, vcpu } from './fields.js';
import { onNested, type OperationSpec } from './operation-spec.js';

export const enterL2: OperationSpec<'enter-l2'> = {
  op: 'enter-l2',
  fields: { vcpu, page: optional(page, 0) },
  weight: 18,
  inEveryCase: true,
  needs: onNested,
  draw(draw, words, at) {
    words[at + 1] = draw.vcpu();
    words[at + 2] = draw.random.chance(48) ? 1 : 0;
  },
  inWords: (step) => `enter L2${step.page === 0 ? '' : ` by VMCB${step.page}`}`,
};
