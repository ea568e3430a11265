/** The kinds of fields that the scenario format's operations are made of. */
import { type Gfn, LEVEL_NAMES, type Level } from '../../models/contract/address.js';
import { BACKING_NAMES, type Backing } from '../../models/contract/machine.js';
import { MEMORY_TYPE_NAMES, type RegisterType, UC, UC_MINUS, WB, WC, WP, WT } from '../../models/contract/memory-type.js';
import { msrName } from '../../models/contract/msr.js';
import { ACCESS_KIND_NAMES, type AccessKind, EXECUTE, KEEP, READ, type VmcbPage, WRITE } from '../../models/contract/operation.js';
import type { Field } from './field.js';
import { parseFrameNumber, printHex } from './number.js';
import type { Place } from './usage-error.js';

/** A field of one word that stands for one of a few names. `codes` are in the order of simplicity. */
export function named<T extends number>(names: readonly string[], codes: readonly T[]): Field<T> {
  const expected = `one of ${codes.map((code) => `"${names[code]}"`).join(' ')}`;
  return {
    words: 1,
    parse: (value, place) => codes.find((code) => names[code] === value) ?? place.fail(value, expected),
    print: (code) => names[code],
    encode(code, words, at) {
      words[at] = code;
    },
    decode: (words, at) => words[at] as T,
    simpler: (code) => codes.slice(0, codes.indexOf(code)),
  };
}

/** A small count from `least` to `most`; the least is the simplest. */
export function count(least: number, most: number): Field<number> {
  return {
    words: 1,
    parse(value, place) {
      if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
      return place.fail(value, `a whole number from ${least} to ${most}`);
    },
    print: (value) => value,
    encode(value, words, at) {
      words[at] = value;
    },
    decode: (words, at) => words[at],
    simpler: (value) => (value === least ? [] : value === least + 1 ? [least] : [least, value - 1]),
  };
}

export const flag: Field<boolean> = {
  words: 1,
  parse: (value, place) => (typeof value === 'boolean' ? value : place.fail(value, 'true or false')),
  print: (value) => value,
  encode(value, words, at) {
    words[at] = value ? 1 : 0;
  },
  decode: (words, at) => words[at] !== 0,
  argument: (word) => `${word(0)} !== 0`,
  simpler: (value) => (value ? [false] : []),
};

/** A flag whose simple value is true. */
export const flagUnlessFalse: Field<boolean> = { ...flag, simpler: (value) => (value ? [] : [true]) };

/** A flag that the step may leave as it is. */
export const flagOrKeep: Field<boolean | null> = {
  words: 1,
  parse: flag.parse,
  print: (value) => value,
  encode(value, words, at) {
    words[at] = value === null ? KEEP : Number(value);
  },
  decode: (words, at) => (words[at] === KEEP ? null : words[at] !== 0),
  simpler: (value) => (value === null ? [] : value ? [null] : [null, true]),
};

export const vcpu: Field<number> = {
  ...count(0, 7),
  parse(value, place) {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < place.vcpus) return value;
    return place.fail(value, `a vCPU number below machine.vcpus (${place.vcpus})`);
  },
};

/** MSRs that a scenario may name: MTRRs, PAT, MTRRcap, and the absent pairs 8 to 15. */
export const msr: Field<number> = {
  words: 1,
  parse(value, place) {
    const number = parseFrameNumber(value);
    if (number !== null && msrName(number) !== null) return number;
    return place.fail(value, 'an MSR of MTRRs or PAT (0xfe, 0x200 to 0x21f, 0x250, 0x258, 0x259, 0x268 to 0x26f, 0x277, 0x2ff)');
  },
  print: (value) => printHex(value),
  encode(value, words, at) {
    words[at] = value;
  },
  decode: (words, at) => words[at],
  // Variable ranges are interchangeable: a lower pair is simpler.
  simpler: (value) =>
    value >= 0x202 && value <= 0x21f ? [0x200 + (value & 1), value - 2].filter((v, i, all) => all.indexOf(v) === i) : [],
};

const TWO_20 = 2 ** 20;

function frames(parse: (value: unknown, place: Place) => number, least: number): Field<number> {
  return {
    words: 2,
    parse,
    print: (value) => printHex(value),
    encode(value, words, at) {
      words[at] = Math.floor(value / TWO_20);
      words[at + 1] = value % TWO_20;
    },
    decode: (words, at) => words[at] * TWO_20 + words[at + 1],
    argument: (word) => `${word(0)} * ${TWO_20} + ${word(1)}`,
    simpler: (value) => simplerNumber(value, least),
  };
}

/** A frame number: two halves of 20 bits. */
export const gfn: Field<Gfn> = frames((value, place) => {
  const number = parseFrameNumber(value);
  if (number !== null && number < place.gfnLimit) return number;
  return place.fail(value, `a frame number below ${printHex(place.gfnLimit)} as a lower-case hex string`);
}, 0);

/** A number of pages, 1 to 2 ** 40. That `gfn + pages` is within the machine is checked by the operation. */
export const pages: Field<number> = frames((value, place) => {
  const number = parseFrameNumber(value);
  if (number !== null && number >= 1 && number <= place.gfnLimit) return number;
  return place.fail(value, `a number of pages from 0x1 to ${printHex(place.gfnLimit)} as a lower-case hex string`);
}, 1);

/** The least value, then the number without one of its set bits, highest first: few bits are what a reader wants to see. */
function simplerNumber(value: number, least: number): number[] {
  if (value === least) return [];
  const values = [least];
  for (let bit = 2 ** 40; bit >= 1; bit /= 2) {
    const without = value - bit;
    if (Math.floor(value / bit) % 2 === 1 && without > least) values.push(without);
  }
  return values;
}

/** An access kind, and a VMCB page of a vCPU. */
export const kind: Field<AccessKind> = named<AccessKind>(ACCESS_KIND_NAMES, [READ, WRITE, EXECUTE]);
export const page: Field<VmcbPage> = count(0, 1) as Field<VmcbPage>;
export const level: Field<Level> = named<Level>(LEVEL_NAMES, [1, 2, 3]);
export const backing: Field<Backing> = named<Backing>(BACKING_NAMES, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
/** A type that an MTRR can hold. */
export const mtrrType: Field<RegisterType> = named<RegisterType>(MEMORY_TYPE_NAMES, [WB, UC, WC, WT, WP]);
/** A type that a PAT entry or a pin can hold. */
export const registerType: Field<RegisterType> = named<RegisterType>(MEMORY_TYPE_NAMES, [WB, UC, WC, WT, WP, UC_MINUS]);
