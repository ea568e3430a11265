import { MEMORY_TYPE_NAMES, UC, UC_MINUS, WB, WC, WP, WT } from '../../models/contract/memory-type.js';
import { PIN_NONE, type PinType } from '../../models/contract/operation.js';
import { putFrames } from './draw.js';
import type { Field } from './field.js';
import { gfn, pages, registerType } from './fields.js';
import { printHex } from './number.js';
import { checkRange, type OperationSpec } from './operation-spec.js';

const PIN_TYPES: readonly PinType[] = [UC, WC, WT, WP, WB, UC_MINUS, WC, PIN_NONE];

/** A type of PAT, or `none`. */
const type: Field<PinType> = {
  words: 1,
  parse: (value, place) => (value === 'none' ? PIN_NONE : registerType.parse(value, place)),
  print: (value) => (value === PIN_NONE ? 'none' : MEMORY_TYPE_NAMES[value]),
  encode(value, words, at) {
    words[at] = value;
  },
  decode: (words, at) => words[at] as PinType,
  simpler: (value) => (value === PIN_NONE ? [] : registerType.simpler(value)),
};

export const pinCacheattr: OperationSpec<'pin-cacheattr'> = {
  op: 'pin-cacheattr',
  fields: { gfn, pages, type },
  weight: 3,
  draw(draw, words, at) {
    draw.range();
    putFrames(words, at + 1, draw.rangeGfn);
    putFrames(words, at + 3, draw.rangePages);
    words[at + 5] = PIN_TYPES[draw.random.below(8)];
  },
  inWords: (step) => `pin gfn ${printHex(step.gfn)} + ${printHex(step.pages)} ${type.print(step.type)}`,
  check: checkRange,
};
