import { RAM } from '../../models/contract/machine.js';
import { putFrames } from './draw.js';
import type { RequestType } from '../../models/contract/guest-os.js';
import { MEMORY_TYPE_NAMES, UC, UC_MINUS, WB, WC, WT } from '../../models/contract/memory-type.js';
import { gfn, named, vcpu } from './fields.js';
import { printHex } from './number.js';
import type { OperationSpec } from './operation-spec.js';

const TYPES: readonly RequestType[] = [WB, UC_MINUS, WC, UC, WT];
const type = named<RequestType>(MEMORY_TYPE_NAMES, TYPES);

export const request: OperationSpec<'request'> = {
  op: 'request',
  fields: { vcpu, gfn, type },
  beside: 'index',
  weight: 24,
  inEveryCase: true,
  needs: ({ guestOs }) => guestOs !== null,
  draw(draw, words, at) {
    words[at + 1] = draw.vcpu();
    let frame = draw.gfn();
    // Drivers map what is no RAM: one of a few tries is.
    for (let tried = 0; tried < 3 && draw.backingOf(frame) === RAM; tried++) frame = draw.gfn();
    putFrames(words, at + 2, frame);
    words[at + 4] = TYPES[draw.random.below(5)];
  },
  inWords: (step) => `a driver asks for gfn ${printHex(step.gfn)} as ${MEMORY_TYPE_NAMES[step.type]}`,
};
