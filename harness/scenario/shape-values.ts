/** Shapes of values that are no objects and no arrays; see shape.ts. */
import { didYouMean } from '../operations/close-name.js';
import { parseFrameNumber } from '../operations/number.js';
import type { Place } from '../operations/usage-error.js';
import type { JsonSchema, Shape } from './shape.js';

/** Any text, an empty one too. */
export const text: Shape<string> = {
  parse: (value, place) => (typeof value === 'string' ? value : place.fail(value, 'a text')),
  schema: { type: 'string' },
};

/** A text that says something. */
export const words: Shape<string> = {
  parse: (value, place) =>
    typeof value === 'string' && value.trim() !== '' ? value : place.fail(value, 'a text that is not empty'),
  schema: { type: 'string', pattern: '\\S' },
};

/** A text of a certain form. @param expected in words: `a date such as 2026-11-21` */
export function matching(pattern: RegExp, expected: string): Shape<string> {
  return {
    parse: (value, place) => (typeof value === 'string' && pattern.test(value) ? value : place.fail(value, expected)),
    schema: { type: 'string', pattern: pattern.source },
  };
}

export const flag: Shape<boolean> = {
  parse: (value, place) => (typeof value === 'boolean' ? value : place.fail(value, 'true or false')),
  schema: { type: 'boolean' },
};

/** A whole number from `least` to `most`, both included. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): Shape<number> {
  const expected =
    most === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${least}` : `a whole number from ${least} to ${most}`;
  return {
    parse: (value, place) =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
        ? (value as number)
        : place.fail(value, expected),
    schema: { type: 'integer', minimum: least, maximum: most },
  };
}

/** A number of at least 0 that need not be whole: seconds, shares. */
export function amount(most = Number.MAX_VALUE): Shape<number> {
  const expected = most === Number.MAX_VALUE ? 'a number of at least 0' : `a number from 0 to ${most}`;
  return {
    parse: (value, place) => (typeof value === 'number' && value >= 0 && value <= most ? value : place.fail(value, expected)),
    schema: { type: 'number', minimum: 0, ...(most === Number.MAX_VALUE ? {} : { maximum: most }) },
  };
}

/** One of a few words; the one that was probably meant is told. */
export function oneOf<const W extends string>(known: readonly W[]): Shape<W> {
  return {
    parse: (value, place) =>
      known.find((word) => word === value) ?? place.fail(value, `one of ${known.join(' ')}${meant(value, known)}`),
    schema: { enum: known },
  };
}

const meant = (value: unknown, known: readonly string[]) => (typeof value === 'string' ? didYouMean(value, known) : '');

/** A number below 2 ** 53, as a hex string or as a JSON number. */
export const hex: Shape<number> = {
  parse: (value, place) => parseFrameNumber(value) ?? place.fail(value, 'a number as a hex string such as "0x1f"'),
  schema: {
    anyOf: [
      { type: 'string', pattern: '^0[xX][0-9a-fA-F]+$' },
      { type: 'integer', minimum: 0 },
    ],
  },
};

/** null, or such a value. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return {
    parse: (value, place) => (value === null ? null : shape.parse(value, place)),
    schema: { anyOf: [{ type: 'null' }, shape.schema] },
  };
}

/** Checked by a function that exists already. */
export function custom<T>(parse: (value: unknown, place: Place) => T, schema: JsonSchema): Shape<T> {
  return { parse, schema };
}

const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A day of the calendar, as text: days compare as their texts do. */
export const day: Shape<string> = {
  parse: (value, place) => (typeof value === 'string' && isDay(value) ? value : place.fail(value, 'a date such as 2026-11-21')),
  schema: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
};

export function isDay(value: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value);
  if (match === null) return false;
  const [year, month, number] = match.slice(1).map(Number);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last = month === 2 && isLeap ? 29 : (MONTHS[month - 1] ?? 0);
  return number >= 1 && number <= last;
}
