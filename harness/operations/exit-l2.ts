import { vcpu } from './fields.js';
import type { OperationSpec } from './operation-spec.js';

export const exitL2: OperationSpec<'exit-l2'> = {
  op: 'exit-l2',
  fields: { vcpu },
  weight: 0,
  draw() {},
  inWords: () => 'L2 exits to L1',
};
