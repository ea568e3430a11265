import { vcpu } from './fields.js';
import { onNested, type OperationSpec } from './operation-spec.js';

export const exitL2: OperationSpec<'exit-l2'> = {
  op: 'exit-l2',
  fields: { vcpu },
  weight: 8,
  inEveryCase: true,
  needs: onNested,
  draw(draw, words, at) {
    words[at + 1] = draw.vcpuInL2();
  },
  inWords: () => 'L2 exits to L1',
};
