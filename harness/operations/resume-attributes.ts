import { type OperationSpec, withPrivateMemory } from './operation-spec.js';

export const resumeAttributes: OperationSpec<'resume-attributes'> = {
  op: 'resume-attributes',
  fields: {},
  weight: 6,
  needs: withPrivateMemory,
  draw() {},
  inWords: () => 'resume the paused conversion',
};
