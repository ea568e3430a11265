import { msrName } from '../../models/contract/msr.js';
import { msr, vcpu } from './fields.js';
import { drawMsr } from './msr-draw.js';
import type { OperationSpec } from './operation-spec.js';

export const readMsr: OperationSpec<'read-msr'> = {
  op: 'read-msr',
  fields: { vcpu, msr },
  beside: 'value',
  weight: 4,
  draw(draw, words, at) {
    words[at + 1] = draw.vcpu();
    words[at + 2] = drawMsr(draw);
  },
  inWords: (step) => `rdmsr ${msrName(step.msr)}`,
};
