import { LEVEL_NAMES } from '../../models/contract/address.js';
import { BACKING_NAMES } from '../../models/contract/machine.js';
import { MEMORY_TYPE_NAMES, type RegisterType, UC, WB, WC, WP, WT } from '../../models/contract/memory-type.js';
import { DEFAULT_HOST_MTRR } from '../../models/contract/operation.js';
import { putFrames } from './draw.js';
import { type Field, optional } from './field.js';
import { backing, gfn, level, mtrrType, pages } from './fields.js';
import { printHex } from './number.js';
import { checkRange, type OperationSpec } from './operation-spec.js';

const MTRR_TYPES: readonly RegisterType[] = [UC, WC, WT, WP, WB];

/** The type, or the default of the backing. */
const hostMtrr: Field<RegisterType | typeof DEFAULT_HOST_MTRR> = {
  words: 1,
  parse: (value, place) => mtrrType.parse(value, place),
  print: (value) => MEMORY_TYPE_NAMES[value],
  encode(value, words, at) {
    words[at] = value;
  },
  decode: (words, at) => words[at] as RegisterType | typeof DEFAULT_HOST_MTRR,
  // The backing stands two words before.
  argument: (word) => `${word(0)} === ${DEFAULT_HOST_MTRR} ? BACKING_HOST_MTRR[${word(-2)}] : ${word(0)}`,
  simpler: (value) => (value === DEFAULT_HOST_MTRR ? [] : [DEFAULT_HOST_MTRR, ...mtrrType.simpler(value)]),
};

export const setBacking: OperationSpec<'set-backing'> = {
  op: 'set-backing',
  fields: { gfn, pages, backing, level: optional(level, 1), hostMtrr: optional(hostMtrr, DEFAULT_HOST_MTRR) },
  weight: 3,
  draw(draw, words, at) {
    draw.range();
    putFrames(words, at + 1, draw.rangeGfn);
    putFrames(words, at + 3, draw.rangePages);
    words[at + 5] = draw.backing(draw.random.chance(96) ? 0 : draw.random.below(9));
    draw.rebacked(draw.rangeGfn, draw.rangePages, words[at + 5]);
    words[at + 6] = draw.random.chance(160) ? 1 : 2 + draw.random.below(2);
    words[at + 7] = draw.random.chance(208) ? DEFAULT_HOST_MTRR : MTRR_TYPES[draw.random.below(5)];
  },
  inWords(step) {
    const host = step.hostMtrr === DEFAULT_HOST_MTRR ? '' : `, host MTRR ${MEMORY_TYPE_NAMES[step.hostMtrr]}`;
    const size = step.level === 1 ? '' : ` in ${LEVEL_NAMES[step.level]} pages`;
    return `host backs gfn ${printHex(step.gfn)} + ${printHex(step.pages)} with ${BACKING_NAMES[step.backing]}${size}${host}`;
  },
  check: checkRange,
};
