import { flag } from './fields.js';
import type { OperationSpec } from './operation-spec.js';

export const attachDevice: OperationSpec<'attach-device'> = {
  op: 'attach-device',
  fields: { coherent: flag },
  weight: 3,
  draw(draw, words, at) {
    words[at + 1] = draw.random.chance(64) ? 1 : 0;
  },
  inWords: (step) => `attach a ${step.coherent ? '' : 'non-'}coherent device`,
};
