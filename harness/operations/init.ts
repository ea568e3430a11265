import { vcpu } from './fields.js';
import type { OperationSpec } from './operation-spec.js';

export const init: OperationSpec<'init'> = {
  op: 'init',
  fields: { vcpu },
  weight: 1,
  draw(draw, words, at) {
    words[at + 1] = draw.vcpu();
  },
  inWords: () => 'INIT',
};
