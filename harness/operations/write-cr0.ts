import { flag, flagUnlessFalse, vcpu } from './fields.js';
import type { OperationSpec } from './operation-spec.js';

export const writeCr0: OperationSpec<'write-cr0'> = {
  op: 'write-cr0',
  fields: { vcpu, pg: flagUnlessFalse, cd: flag, nw: flag },
  weight: 5,
  draw(draw, words, at) {
    const cd = draw.random.chance(112);
    words[at + 1] = draw.vcpu();
    words[at + 2] = draw.random.chance(224) ? 1 : 0;
    words[at + 3] = cd ? 1 : 0;
    // NW without CD is #GP on hardware.
    words[at + 4] = (cd ? draw.random.chance(128) : draw.illegal && draw.random.chance(16)) ? 1 : 0;
  },
  inWords: (step) => `mov CR0: PG=${step.pg ? 1 : 0} CD=${step.cd ? 1 : 0} NW=${step.nw ? 1 : 0}`,
};
