import { vcpu } from './fields.js';
import { type OperationSpec, withPrivateMemory } from './operation-spec.js';

export const resumeAccess: OperationSpec<'resume-access'> = {
  op: 'resume-access',
  fields: { vcpu },
  weight: 4,
  needs: withPrivateMemory,
  draw(draw, words, at) {
    words[at + 1] = draw.pausedVcpu();
  },
  inWords: () => 'resume the paused access',
};
