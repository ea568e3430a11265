/**
 * The one checker of documents: a shape says once what a JSON value has to be. `parse` checks a value that somebody may have written by
 * hand and names file, path, what was found and what was expected; `schema` is the same as a JSON Schema, for editors and other tools.
 *
 * ```ts
 * const OUTING = object({ by: words, on: day, steps: list(whole(0, 99), { least: 1 }), note: optional(text) });
 * type Outing = Parsed<typeof OUTING>;                       // { by: string; on: string; steps: readonly number[]; note?: string }
 * const OUTINGS = document('emtdiff-outings/1', { outings: list(OUTING, { distinct: { what: 'by', of: (one) => one.by } }) });
 * OUTINGS.parse(readJson(text, file), new Place(file, '$')); // or a UsageError: `f.json: $.outings[0].by: found 7, expected ...`
 * schemaOf(OUTINGS, { title: 'Outings' });                   // what to publish
 * ```
 *
 * Values that are no objects: shape-values.ts.
 */
import { objectWith } from '../operations/known-keys.js';
import { type Place, shown } from '../operations/usage-error.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Shape<T> {
  /** @throws {UsageError} naming the place, what was found and what was expected. */
  parse(value: unknown, place: Place): T;
  readonly schema: JsonSchema;
}

/** A key that may be absent. */
export interface OptionalShape<T> extends Shape<T> {
  readonly isOptional: true;
}

/** What a shape's `parse` returns. */
export type Parsed<S> = S extends Shape<infer T> ? T : never;

export type Keys = Readonly<Record<string, Shape<unknown>>>;
type OptionalKey<K extends Keys> = { [N in keyof K]: K[N] extends OptionalShape<unknown> ? N : never }[keyof K];
/** What an object with these keys parses to. */
export type ParsedObject<K extends Keys> = { readonly [N in Exclude<keyof K, OptionalKey<K>>]: Parsed<K[N]> } & {
  readonly [N in OptionalKey<K>]?: Parsed<K[N]>;
};

/** May be absent; then it is absent from what was parsed, too. */
export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return { ...shape, isOptional: true };
}

/** May be absent; then `value` stands for it. */
export function fallback<T>(shape: Shape<T>, value: T): Shape<T> {
  return {
    parse: (found, place) => (found === undefined ? value : shape.parse(found, place)),
    schema: shape.schema,
    isFallback: true,
  } as Shape<T>;
}

const mayBeAbsent = (shape: Shape<unknown>) => 'isOptional' in shape || 'isFallback' in shape;

/** An object with these keys and no other, in their order. */
export function object<K extends Keys>(keys: K): Shape<ParsedObject<K>> {
  const names = Object.keys(keys);
  const required = names.filter((name) => !mayBeAbsent(keys[name]));
  return {
    parse(value, place) {
      const found = objectWith(value, names, place);
      const parsed: Record<string, unknown> = {};
      for (const name of names) {
        if ('isOptional' in keys[name] && found[name] === undefined) continue;
        parsed[name] = keys[name].parse(found[name], place.at(name));
      }
      return parsed as ParsedObject<K>;
    },
    schema: {
      type: 'object',
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
      properties: Object.fromEntries(names.map((name) => [name, keys[name].schema])),
    },
  };
}

/**
 * A document of its own: an object with `format` beside these keys. The format is checked first, so that a document of a later format
 * is told by its format, not by the first key that this version does not know.
 * @param format `emtdiff-finding/1`
 */
export function document<K extends Keys>(format: string, keys: K): Shape<ParsedObject<K>> {
  const { parse, schema } = object({ format: formatOf(format), ...keys });
  return {
    parse(value, place) {
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      if (isObject) formatOf(format).parse((value as { format?: unknown }).format, place.at('format'));
      const { format: _, ...parsed } = parse(value, place) as Record<string, unknown>;
      return parsed as ParsedObject<K>;
    },
    schema,
  };
}

/** The name of a format and its number; one with a higher number was written by a newer emtdiff. */
export function formatOf(format: string): Shape<string> {
  const [name, number] = format.split('/');
  return {
    parse(value, place) {
      if (value === format) return format;
      const later = typeof value === 'string' && value.startsWith(`${name}/`) ? value.slice(name.length + 1) : '';
      const isNewer = /^[1-9]\d{0,8}$/.test(later) && Number(later) > Number(number);
      return isNewer
        ? place.refuse(`found ${shown(value)}, written by a newer emtdiff, expected ${shown(format)}`)
        : place.fail(value, shown(format));
    },
    schema: { const: format },
  };
}

export interface ListRules<T> {
  readonly least?: number;
  readonly most?: number;
  /** What no two elements may share. */
  readonly distinct?: { readonly what: string; readonly of: (element: T) => string };
}

/** An array of such values. */
export function list<T>(element: Shape<T>, { least = 0, most, distinct }: ListRules<T> = {}): Shape<readonly T[]> {
  const number =
    most === undefined ? (least === 0 ? '' : ` of at least ${least}`) : ` of ${least === most ? '' : `${least} to `}${most}`;
  return {
    parse(value, place) {
      if (!Array.isArray(value) || value.length < least || value.length > (most ?? Number.POSITIVE_INFINITY))
        return place.fail(value, `an array${number}`);
      const parsed = value.map((one, index) => element.parse(one, place.at(index)));
      if (distinct !== undefined) allDistinct(parsed.map(distinct.of), distinct.what, place);
      return parsed;
    },
    schema: {
      type: 'array',
      ...(least === 0 ? {} : { minItems: least }),
      ...(most === undefined ? {} : { maxItems: most }),
      items: element.schema,
    },
  };
}

function allDistinct(names: readonly string[], what: string, place: Place): void {
  const seen = new Map<string, number>();
  names.forEach((name, index) => {
    const first = seen.get(name);
    if (first !== undefined)
      place.at(index).refuse(`found the ${what} ${shown(name)} a second time (first at [${first}]), expected each once`);
    seen.set(name, index);
  });
}

/** An array of as many values as there are shapes, each as its own shape. */
export function tuple<const S extends readonly Shape<unknown>[]>(...shapes: S): Shape<{ readonly [I in keyof S]: Parsed<S[I]> }> {
  return {
    parse(value, place) {
      if (!Array.isArray(value) || value.length !== shapes.length) return place.fail(value, `an array of ${shapes.length}`);
      return shapes.map((shape, index) => shape.parse(value[index], place.at(index))) as never;
    },
    schema: { type: 'array', minItems: shapes.length, maxItems: shapes.length, prefixItems: shapes.map(({ schema }) => schema) },
  };
}

/** An object whose keys are names that nobody knows beforehand. `name` says what a name has to be. */
export function record<T>(element: Shape<T>, name?: Shape<string>, least = 0): Shape<Readonly<Record<string, T>>> {
  return {
    parse(value, place) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return place.fail(value, 'an object');
      const found = Object.entries(value);
      if (found.length < least) place.fail(value, `an object with at least ${least} ${least === 1 ? 'key' : 'keys'}`);
      return Object.fromEntries(
        found.map(([key, one]) => [name === undefined ? key : name.parse(key, place), element.parse(one, place.at(key))]),
      );
    },
    schema: {
      type: 'object',
      ...(least === 0 ? {} : { minProperties: least }),
      ...(name === undefined ? {} : { propertyNames: name.schema }),
      additionalProperties: element.schema,
    },
  };
}

/** One of several kinds of objects, told apart by the word under `tag`. */
export function union<const T extends string, const U extends Readonly<Record<string, Keys>>>(
  tag: T,
  kinds: U,
): Shape<{ [W in keyof U & string]: ParsedObject<U[W]> & { readonly [K in T]: W } }[keyof U & string]> {
  const words = Object.keys(kinds);
  const shapes = new Map(words.map((word) => [word, object({ [tag]: constant(word), ...kinds[word] })]));
  return {
    parse(value, place) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return place.fail(value, `an object with "${tag}"`);
      const word = (value as Record<string, unknown>)[tag];
      const shape = typeof word === 'string' ? shapes.get(word) : undefined;
      return (shape === undefined ? place.at(tag).fail(word, `one of ${words.join(' ')}`) : shape.parse(value, place)) as never;
    },
    schema: { oneOf: [...shapes.values()].map(({ schema }) => schema) },
  };
}

const constant = (word: string): Shape<string> => ({ parse: () => word, schema: { const: word } });

/** The shape with a further check, or made into something else; its schema can say more than the check's. */
export function checked<A, B>(shape: Shape<A>, parse: (value: A, place: Place) => B, schema: JsonSchema = {}): Shape<B> {
  return { parse: (value, place) => parse(shape.parse(value, place), place), schema: { ...shape.schema, ...schema } };
}

/** With a sentence for the readers of the schema. */
export function described<S extends Shape<unknown>>(description: string, shape: S): S {
  return { ...shape, schema: { description, ...shape.schema } };
}

/** The schema as a document of its own. */
export function schemaOf(shape: Shape<unknown>, about: { readonly id?: string; readonly title: string }): JsonSchema {
  const { id, title } = about;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...(id === undefined ? {} : { $id: id }),
    title,
    ...shape.schema,
  };
}
