import type { OperationSpec } from './operation-spec.js';

export const resumeAttributes: OperationSpec<'resume-attributes'> = {
  op: 'resume-attributes',
  fields: {},
  weight: 6,
  privateMemory: true,
  draw() {},
  inWords: () => 'resume the paused conversion',
};
