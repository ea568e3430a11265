/** Kinds of values: how a text of the command line and a value of a configuration file are checked, and the JSON Schema of the latter. */
import { isAbsolute, join } from 'node:path';
import { type Place, shown, UsageError } from '../../operations/usage-error.js';
import { objectWith } from '../../operations/known-keys.js';
import type { OptionValue } from './layer.js';
import { timeSpan } from './time-span.js';

export interface Kind {
  /** How the command line takes it: `--strict`, `--seed TEXT`, or a text that may be given several times. */
  readonly takes: 'switch' | 'text' | 'texts';
  /** Checks one text of a flag or a variable. @param source what an error names. @throws {UsageError} */
  check(text: string, source: string): void;
  /** From a configuration file to the option's value. @param folder of the file: what its paths start from. @throws {UsageError} */
  read(value: unknown, place: Place, folder: string): OptionValue;
  readonly schema: Readonly<Record<string, unknown>>;
}

const TEXT_SCHEMA = { type: 'string', pattern: '\\S' };
/** One of a list that commas join. */
const LISTED_SCHEMA = { type: 'string', pattern: '^[^,]*[^,\\s][^,]*$' };

const nothing = () => undefined;

export const flag: Kind = {
  takes: 'switch',
  check: nothing,
  read: (value, place) => (typeof value === 'boolean' ? value : place.fail(value, 'true or false')),
  schema: { type: 'boolean' },
};

export const text: Kind = { takes: 'text', check: nothing, read: readText, schema: TEXT_SCHEMA };

/** A text that may be given several times. */
export const texts: Kind = { ...text, takes: 'texts' };

export const path: Kind = { ...text, read: readPath };

export function count(least: number, most: number): Kind {
  const expected =
    most === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${least}` : `a whole number from ${least} to ${most}`;
  const fits = (value: number) => Number.isSafeInteger(value) && value >= least && value <= most;
  return {
    takes: 'text',
    check(value, source) {
      if (!/^\d+$/.test(value) || !fits(Number(value))) refuse(source, value, expected);
    },
    read: (value, place) => (fits(value as number) ? `${value}` : place.fail(value, expected)),
    schema: { type: 'integer', minimum: least, maximum: most },
  };
}

export const time: Kind = {
  takes: 'text',
  check(value, source) {
    if (timeSpan(value) === null) refuse(source, value, 'a time such as 90s, 10m or 1h');
  },
  read: (value, place) =>
    typeof value === 'string' && timeSpan(value) !== null ? value : place.fail(value, 'a time such as "90s", "10m" or "1h"'),
  schema: { type: 'string', pattern: '^(?=.*[1-9])[0-9]+(\\.[0-9]+)?[smh]$' },
};

export function oneOf(words: readonly string[]): Kind {
  const expected = `one of ${words.join(' ')}`;
  return {
    takes: 'text',
    check(value, source) {
      if (!words.includes(value)) refuse(source, value, expected);
    },
    read: (value, place) => words.find((word) => word === value) ?? place.fail(value, expected),
    schema: { enum: words },
  };
}

/** Texts joined by commas; an array in a file. */
export function listOf(words?: readonly string[]): Kind {
  const element = words === undefined ? text : oneOf(words);
  return {
    takes: 'text',
    check(value, source) {
      for (const part of value.split(',')) element.check(part.trim(), source);
    },
    read(value, place, folder) {
      if (!Array.isArray(value) || value.length === 0) return place.fail(value, 'an array of at least 1');
      const elements = value.map((part, index) => element.read(part, place.at(index), folder) as string);
      return elements.map((part, index) => withoutComma(part, place.at(index))).join(',');
    },
    schema: { type: 'array', minItems: 1, items: words === undefined ? LISTED_SCHEMA : element.schema },
  };
}

/** Commands by the names of their models: `NAME=COMMAND` on the command line, an object in a file. */
export const commands: Kind = {
  takes: 'texts',
  check(value, source) {
    const at = value.indexOf('=');
    if (at <= 0 || at === value.length - 1) refuse(source, value, 'NAME=COMMAND');
  },
  read(value, place, folder) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return place.fail(value, 'an object of commands by name');
    return Object.entries(value).map(([name, command]) => {
      if (name === '' || name.includes('=')) place.fail(name, 'names that are not empty and have no "="');
      return `${name}=${readText(command, place.at(name), folder)}`;
    });
  },
  schema: { type: 'object', propertyNames: { pattern: '^[^=]+$' }, additionalProperties: TEXT_SCHEMA },
};

/** Files by format: `FORMAT=FILE,...` on the command line, an object in a file. */
export function filesBy(formats: readonly string[]): Kind {
  return {
    takes: 'text',
    check: nothing,
    read(value, place, folder) {
      const files = Object.entries(objectWith(value, formats, place));
      if (files.length === 0) place.fail(value, `a file for at least one of ${formats.join(' ')}`);
      return files
        .map(([format, file]) => `${format}=${withoutComma(readPath(file, place.at(format), folder), place.at(format))}`)
        .join(',');
    },
    schema: {
      type: 'object',
      minProperties: 1,
      propertyNames: { enum: formats },
      additionalProperties: LISTED_SCHEMA,
    },
  };
}

/** A kind whose `false` in a file is the switch `--no-...`. */
export function orFalse(kind: Kind): Kind {
  return { ...kind, schema: { anyOf: [kind.schema, { const: false }] } };
}

function readText(value: unknown, place: Place, _folder: string): string {
  return typeof value === 'string' && value.trim() !== '' ? value : place.fail(value, 'a text that is not empty');
}

function readPath(value: unknown, place: Place, folder: string): string {
  const file = readText(value, place, folder);
  return isAbsolute(file) ? file : join(folder, file);
}

function withoutComma(value: string, place: Place): string {
  return value.includes(',') ? place.fail(value, 'a text without commas') : value;
}

function refuse(source: string, found: string, expected: string): never {
  throw new UsageError(`${source}: found ${shown(found)}, expected ${expected}`);
}
