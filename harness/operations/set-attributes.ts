import { PRIVATE, SHARED } from '../../models/contract/observation.js';
import { CONVERSION_PAUSE_NAMES, type ConversionPause } from '../../models/contract/operation.js';
import { putFrames } from './draw.js';
import { optional } from './field.js';
import { gfn, named, pages } from './fields.js';
import { printHex } from './number.js';
import { checkRange, type OperationSpec, withPrivateMemory } from './operation-spec.js';

const PAGE_NAMES = ['', 'private', 'shared'] as const;

export const setAttributes: OperationSpec<'set-attributes'> = {
  op: 'set-attributes',
  fields: {
    gfn,
    pages,
    to: { ...named<1 | 2>(PAGE_NAMES, [PRIVATE, SHARED]), argument: (word) => `${word(0)} === ${PRIVATE}` },
    pauseAfter: optional(named<ConversionPause>(CONVERSION_PAUSE_NAMES, [0, 1, 2, 3, 4, 5]), 0),
  },
  weight: 10,
  needs: withPrivateMemory,
  draw(draw, words, at) {
    draw.range();
    putFrames(words, at + 1, draw.rangeGfn);
    putFrames(words, at + 3, draw.rangePages);
    words[at + 5] = draw.random.chance(152) ? PRIVATE : SHARED;
    words[at + 6] = draw.random.chance(draw.races ? 160 : 112) ? 1 + draw.random.below(draw.features.inPlace ? 5 : 3) : 0;
  },
  inWords(step) {
    const pause = step.pauseAfter === 0 ? '' : `, pause after ${CONVERSION_PAUSE_NAMES[step.pauseAfter]}`;
    return `set gfn ${printHex(step.gfn)} + ${printHex(step.pages)} ${PAGE_NAMES[step.to]}${pause}`;
  },
  check: checkRange,
};
