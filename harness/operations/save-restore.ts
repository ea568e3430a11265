import type { OperationSpec } from './operation-spec.js';

export const saveRestore: OperationSpec<'save-restore'> = {
  op: 'save-restore',
  fields: {},
  weight: 1,
  draw() {},
  inWords: () => 'save and restore (migration to an equal host)',
};
