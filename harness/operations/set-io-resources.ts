import { flag } from './fields.js';
import type { OperationSpec } from './operation-spec.js';

export const setIoResources: OperationSpec<'set-io-resources'> = {
  op: 'set-io-resources',
  fields: { held: flag },
  weight: 2,
  draw(draw, words, at) {
    words[at + 1] = draw.random.chance(160) ? 1 : 0;
  },
  inWords: (step) => (step.held ? 'grant I/O resources' : 'revoke the I/O resources'),
};
