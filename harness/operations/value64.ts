/** 64-bit values of registers, in the fast lane two words: their halves. */
import { PAT } from '../../models/contract/msr.js';
import type { Value64 } from '../../models/contract/operation.js';
import type { Field } from './field.js';
import { parseValue64, printValue64 } from './number.js';
import { simplerMsrValue } from './simpler-msr-value.js';

/** The value of the step's `msr`. */
export const value64: Field<Value64> = {
  words: 2,
  parse: (found, place) => parseValue64(found) ?? place.fail(found, 'a 64-bit value as a lower-case hex string'),
  print: ({ hi, lo }) => printValue64(hi, lo),
  encode({ hi, lo }, words, at) {
    words[at] = hi | 0;
    words[at + 1] = lo | 0;
  },
  decode: (words, at) => ({ hi: words[at] >>> 0, lo: words[at + 1] >>> 0 }),
  argument: (word) => `${word(0)} >>> 0, ${word(1)} >>> 0`,
  simpler: (found, step) => simplerMsrValue(found, (step?.msr as number | undefined) ?? PAT),
};

/** A value that the step may lack, one word before the halves. The model gets whether it is there, then the halves. */
export const value64OrNull: Field<Value64 | null> = {
  words: 3,
  parse: value64.parse,
  print: (value) => (value === null ? null : value64.print(value)),
  encode(value, words, at) {
    words[at] = value === null ? 0 : 1;
    value64.encode(value ?? { hi: 0, lo: 0 }, words, at + 1);
  },
  decode: (words, at) => (words[at] === 0 ? null : value64.decode(words, at + 1)),
  argument: (word) => `${word(0)} !== 0, ${word(1)} >>> 0, ${word(2)} >>> 0`,
  simpler: (value, step) => (value === null ? [] : [null, ...value64.simpler(value, step)]),
};
