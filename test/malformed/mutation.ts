/** Documents that somebody or something broke: one change of a valid one, drawn from a seed. */
import type { Random } from '../../harness/operations/random.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values where others should stand, with what has broken readers before. */
const ODD: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  -0,
  1e15,
  2 ** 53,
  2 ** 32,
  '',
  'x',
  '0x',
  '0x1',
  '0xffffffffffffffff',
  '0x1ffffffffffffffff',
  '-0x1',
  '\u009b31m',
  '\u202e',
  '\ud800',
  '\u0000',
  'a\nb',
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(2000),
  [],
  {},
  [null],
  [[]],
  { a: 1 },
  'UC',
  'WB',
  'ok',
  'n/a',
  'undefined',
  'access',
  'memtype',
  'intel-ept/6.16',
  'emtdiff-scenario/2',
  '2026-13-45',
];

/** Every place of a document: the container and its key. */
function placesIn(value: Json, places: [Json[] | Record<string, Json>, string | number][] = []): typeof places {
  if (typeof value !== 'object' || value === null) return places;
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    places.push([value, key]);
    placesIn((value as Record<string | number, Json>)[key], places);
  }
  return places;
}

/** The text of a document with one to three changes; now and then of the text itself. */
export function broken(valid: string, random: Random): string {
  const document = JSON.parse(valid) as Json;
  for (let changes = 1 + random.below(3); changes > 0; changes--) change(document, random);
  const text = JSON.stringify(document) ?? 'null';
  return random.below(8) === 0 ? brokenText(text, random) : text;
}

function change(document: Json, random: Random): void {
  const places = placesIn(document);
  if (places.length === 0) return;
  const [container, key] = places[random.below(places.length)];
  const at = container as Record<string | number, Json>;
  const odd = ODD[random.below(ODD.length)];
  const [other, otherKey] = places[random.below(places.length)];
  const elsewhere = structuredClone((other as Record<string | number, Json>)[otherKey]);
  switch (random.below(7)) {
    case 0:
      at[key] = elsewhere;
      return;
    case 1:
      if (Array.isArray(container)) container.splice(Number(key), 1);
      else delete at[key];
      return;
    case 2:
      if (Array.isArray(container)) container.splice(Number(key), 0, structuredClone(at[key]));
      else
        Object.defineProperty(at, typeof odd === 'string' ? odd : 'extra', {
          value: odd,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      return;
    case 3:
      if (typeof at[key] === 'string') at[key] = `${at[key]}${typeof odd === 'string' ? odd : 'x'}`;
      else if (typeof at[key] === 'number') at[key] = (at[key] as number) + [1, -1, 0.25, 2 ** 31][random.below(4)];
      return;
    default:
      at[key] = structuredClone(odd);
  }
}

/** A character more, less, or another; cut off; a key twice. */
function brokenText(text: string, random: Random): string {
  const at = random.below(text.length);
  switch (random.below(5)) {
    case 0:
      return text.slice(0, at);
    case 3:
      return text.replace(/:\d+/, ':1e999');
    case 1:
      return text.slice(0, at) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + '"{}[],:\\\u0000\u009b'[random.below(10)] + text.slice(at);
    default:
      return text.replace(/^\{("[^"]*":)/, '{$1null,$1');
  }
}
