import { flag } from './fields.js';
import type { OperationSpec } from './operation-spec.js';

export const detachDevice: OperationSpec<'detach-device'> = {
  op: 'detach-device',
  fields: { coherent: flag },
  weight: 2,
  draw(draw, words, at) {
    words[at + 1] = draw.random.chance(64) ? 1 : 0;
  },
  inWords: (step) => `detach a ${step.coherent ? '' : 'non-'}coherent device`,
};
