/** What the harness knows of one field of an operation, whatever the operation. */
import type { Place } from './usage-error.js';

export interface Field<T> {
  /** Words it takes in an encoded step. */
  readonly words: number;
  /** @throws {UsageError} naming the place, what was found and what was expected. */
  parse(value: unknown, place: Place): T;
  /** The canonical JSON value. */
  print(value: T): unknown;
  encode(value: T, words: Int32Array, at: number): void;
  decode(words: Int32Array, at: number): T;
  /**
   * As what the model's method gets it: expressions of JavaScript, one an argument, over the words (`word(0)` is the field's first).
   * Without, the first word as it is.
   */
  argument?(word: (offset: number) => string): string;
  /** The next simpler values, simplest first; empty for the simplest. `step` is what the field stands in, where that matters. */
  simpler(value: T, step?: Readonly<Record<string, unknown>>): readonly T[];
  /** Of an optional field: the value that an absent key stands for, and that the canonical form omits. */
  readonly absent?: { readonly value: T };
}

/** The field made optional. */
export function optional<T>(field: Field<T>, value: T): Field<T> {
  return { ...field, absent: { value } };
}
