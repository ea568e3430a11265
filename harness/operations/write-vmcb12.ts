import { KEEP } from '../../models/contract/operation.js';
import { drawNestedPat } from './nested-draw.js';
import { optional } from './field.js';
import { flagOrKeep, page, vcpu } from './fields.js';
import { printValue64 } from './number.js';
import { value64OrNull } from './value64.js';
import { onNestedSvm, type OperationSpec } from './operation-spec.js';

export const writeVmcb12: OperationSpec<'write-vmcb12'> = {
  op: 'write-vmcb12',
  fields: {
    vcpu,
    page: optional(page, 0),
    np: optional(flagOrKeep, null),
    gpat: optional(value64OrNull, null),
    npClean: optional(flagOrKeep, null),
  },
  weight: 16,
  needs: onNestedSvm,
  draw(draw, words, at) {
    const { random } = draw;
    words[at + 1] = draw.vcpu();
    words[at + 2] = random.chance(48) ? 1 : 0;
    words[at + 3] = random.chance(64) ? random.below(2) : KEEP;
    if (random.chance(176)) {
      words[at + 4] = 1;
      drawNestedPat(draw, words, at + 5);
    }
    words[at + 7] = random.chance(128) ? random.below(2) : KEEP;
  },
  inWords(step) {
    const fields = [
      step.np === null ? '' : ` NP=${Number(step.np)}`,
      step.gpat === null ? '' : ` g_pat=${printValue64(step.gpat.hi, step.gpat.lo)}`,
      step.npClean === null ? '' : ` NP clean bit=${Number(step.npClean)}`,
    ];
    return `L1 writes VMCB${step.page}:${fields.join('') || ' nothing'}`;
  },
};
