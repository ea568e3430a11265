import { NO_NESTED } from '../../models/contract/machine.js';
import { PAT } from '../../models/contract/msr.js';
import { drawMsr, drawMsrValue } from './msr-draw.js';
import { drawNestedPat } from './nested-draw.js';
import { msrName } from '../../models/contract/msr.js';
import { optional } from './field.js';
import { msr, vcpu } from './fields.js';
import { printValue64 } from './number.js';
import { value64OrNull } from './value64.js';
import type { OperationSpec } from './operation-spec.js';

export const hostMsr: OperationSpec<'host-msr'> = {
  op: 'host-msr',
  fields: { vcpu, msr, value: optional(value64OrNull, null) },
  beside: 'value',
  besideUnless: 'value',
  weight: 5,
  needs: (machine, { hostMsr }) => hostMsr && machine.nested !== NO_NESTED,
  draw(draw, words, at) {
    const { random } = draw;
    words[at + 1] = draw.vcpu();
    words[at + 2] = random.chance(208) ? PAT : drawMsr(draw);
    if (random.chance(96)) return;
    words[at + 3] = 1;
    if (words[at + 2] === PAT) drawNestedPat(draw, words, at + 4);
    else drawMsrValue(draw, words[at + 1], words[at + 2], words, at + 4);
  },
  inWords(step) {
    const name = msrName(step.msr);
    return step.value === null ? `host reads ${name}` : `host sets ${name} = ${printValue64(step.value.hi, step.value.lo)}`;
  },
};
