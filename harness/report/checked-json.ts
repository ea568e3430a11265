/** Parts of a JSON document that someone else may have written, checked: what is not as expected is named with its path. */
import type { Place } from '../operations/usage-error.js';

export type Json = Readonly<Record<string, unknown>>;

export function object(value: unknown, place: Place): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : place.fail(value, 'an object');
}

export function list(value: unknown, place: Place): readonly unknown[] {
  return Array.isArray(value) ? value : place.fail(value, 'an array');
}

export function text(value: unknown, place: Place): string {
  return typeof value === 'string' ? value : place.fail(value, 'a text');
}

export function texts(value: unknown, place: Place): string[] {
  return list(value, place).map((element, index) => text(element, place.at(index)));
}

export function textLists(value: unknown, place: Place): string[][] {
  return list(value, place).map((element, index) => texts(element, place.at(index)));
}

export function count(value: unknown, place: Place): number {
  return typeof value === 'number' && value >= 0 ? value : place.fail(value, 'a number of at least 0');
}

export function counts(value: unknown, place: Place): Record<string, number> {
  return Object.fromEntries(Object.entries(object(value, place)).map(([name, number]) => [name, count(number, place.at(name))]));
}
