import { putFrames } from './draw.js';
import { LEVEL_NAMES } from '../../models/contract/address.js';
import { MEMORY_TYPE_NAMES, UC, WB, WC, WP, WT } from '../../models/contract/memory-type.js';
import type { EptLeafType } from '../../models/contract/operation.js';
import { type Field, optional } from './field.js';
import { count, flag, gfn, level, pages } from './fields.js';
import { printHex } from './number.js';
import { checkRange, onNested, type OperationSpec } from './operation-spec.js';

const TYPES: readonly EptLeafType[] = [WB, UC, WC, WT, WP];
const NO_TYPES: readonly EptLeafType[] = [2, 3, 7];

/** A memory type by its name, or the number of an encoding that is none. */
const type: Field<EptLeafType> = {
  words: 1,
  parse: (value, place) =>
    TYPES.find((code) => MEMORY_TYPE_NAMES[code] === value) ??
    NO_TYPES.find((code) => code === value) ??
    place.fail(value, 'one of "WB" "UC" "WC" "WT" "WP", or 2, 3, 7, which are no memory types'),
  print: (value) => (NO_TYPES.includes(value) ? value : MEMORY_TYPE_NAMES[value]),
  encode(value, words, at) {
    words[at] = value;
  },
  decode: (words, at) => words[at] as EptLeafType,
  simpler: (value) => (TYPES.includes(value) ? TYPES.slice(0, TYPES.indexOf(value)) : NO_TYPES.slice(0, NO_TYPES.indexOf(value))),
};

export const mapL2: OperationSpec<'map-l2'> = {
  op: 'map-l2',
  fields: {
    gfn,
    pages,
    target: gfn,
    index: optional(count(0, 7), 0),
    type: optional(type, WB),
    ipat: optional(flag, false),
    level: optional(level, 1),
    invalid: optional(flag, false),
  },
  weight: 14,
  inEveryCase: true,
  needs: onNested,
  draw(draw, words, at) {
    const { random } = draw;
    draw.range();
    const { rangeGfn, rangePages } = draw;
    const limit = 2 ** (draw.machine.maxPhysAddr - 12);
    const target = random.chance(128) ? rangeGfn : draw.gfn();
    putFrames(words, at + 1, rangeGfn);
    putFrames(words, at + 3, Math.min(rangePages, limit - target));
    putFrames(words, at + 5, target);
    words[at + 7] = random.below(8);
    words[at + 8] = random.chance(12) ? NO_TYPES[random.below(3)] : TYPES[random.below(5)];
    words[at + 9] = random.chance(72) ? 1 : 0;
    words[at + 10] = random.chance(80) ? 2 + random.below(2) : 1;
    words[at + 11] = random.chance(16) ? 1 : 0;
  },
  inWords(step) {
    const from = `L1 maps L2 gfn ${printHex(step.gfn)} + ${printHex(step.pages)}`;
    if (step.invalid) return `${from} not present`;
    const leaf = `PAT${step.index}, EPT type ${type.print(step.type)}${step.ipat ? '+ipat' : ''}`;
    return `${from} to gfn ${printHex(step.target)}: ${leaf}${step.level === 1 ? '' : ` in ${LEVEL_NAMES[step.level]} pages`}`;
  },
  check(step, place) {
    checkRange(step, place);
    if (step.target + step.pages > place.gfnLimit)
      place.at('target').fail(printHex(step.target), `target + pages at most ${printHex(place.gfnLimit)} (machine.maxPhysAddr)`);
  },
};
