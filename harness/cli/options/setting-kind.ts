/** Kinds of values in a configuration file: how each is checked, and what it is on the command line. */
import { isAbsolute, join } from 'node:path';
import type { Place } from '../../operations/usage-error.js';
import { objectWith } from '../../operations/known-keys.js';
import type { OptionValue } from './layer.js';
import { timeSpan } from './time-span.js';

/**
 * From JSON to the option's text.
 * @param folder of the configuration file: what its paths start from
 * @throws {UsageError} naming the place
 */
export type SettingKind = (value: unknown, place: Place, folder: string) => OptionValue;

export const text: SettingKind = (value, place) =>
  typeof value === 'string' && value.trim() !== '' ? value : place.fail(value, 'a text that is not empty');

export const path: SettingKind = (value, place, folder) => {
  const file = text(value, place, folder) as string;
  return isAbsolute(file) ? file : join(folder, file);
};

export const count: SettingKind = (value, place) =>
  Number.isSafeInteger(value) && (value as number) >= 1 ? `${value}` : place.fail(value, 'a whole number of at least 1');

export const time: SettingKind = (value, place) =>
  typeof value === 'string' && timeSpan(value) !== null ? value : place.fail(value, 'a time such as "90s", "10m" or "1h"');

export const onOrOff: SettingKind = (value, place) => (typeof value === 'boolean' ? value : place.fail(value, 'true or false'));

export function oneOf(words: readonly string[]): SettingKind {
  return (value, place) => words.find((word) => word === value) ?? place.fail(value, `one of ${words.join(' ')}`);
}

/** Elements without commas, as the option joins them by commas. */
export function listOf(kind: SettingKind): SettingKind {
  return (value, place, folder) => {
    if (!Array.isArray(value) || value.length === 0) return place.fail(value, 'an array of at least 1');
    const elements = value.map((element, index) => kind(element, place.at(index), folder) as string);
    return elements.map((element, index) => withoutComma(element, place.at(index))).join(',');
  };
}

/** Commands by the names of their models; `NAME=COMMAND` on the command line. */
export const commands: SettingKind = (value, place, folder) =>
  entriesOf(value, place, 'an object of commands by name').map(([name, command]) => {
    if (name === '' || name.includes('=')) place.fail(name, 'names that are not empty and have no "="');
    return `${name}=${text(command, place.at(name), folder)}`;
  });

/** Files by format; `FORMAT=FILE,...` on the command line. */
export function filesBy(formats: readonly string[]): SettingKind {
  return (value, place, folder) => {
    const files = Object.entries(objectWith(value, formats, place));
    if (files.length === 0) place.fail(value, `a file for at least one of ${formats.join(' ')}`);
    return files
      .map(([format, file]) => `${format}=${withoutComma(path(file, place.at(format), folder) as string, place.at(format))}`)
      .join(',');
  };
}

function withoutComma(value: string, place: Place): string {
  return value.includes(',') ? place.fail(value, 'a text without commas') : value;
}

function entriesOf(value: unknown, place: Place, expected: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return place.fail(value, expected);
  return Object.entries(value);
}
