import { Ajv2020 as Ajv } from 'ajv/dist/2020.js';
import { Place, UsageError } from '../../../harness/operations/usage-error.js';
import {
  checked,
  described,
  document,
  fallback,
  list,
  object,
  optional,
  record,
  type Shape,
  schemaOf,
  tuple,
  union,
} from '../../../harness/scenario/shape.js';
import {
  amount,
  custom,
  day,
  flag,
  hex,
  matching,
  nullable,
  oneOf,
  text,
  whole,
  words,
} from '../../../harness/scenario/shape-values.js';

const STEP = union('op', { read: { gfn: hex }, write: { gfn: hex, value: optional(text) } });
const OUTINGS = document('emtdiff-outings/2', {
  by: described('who went', words),
  on: day,
  panel: list(text, { least: 1, most: 3 }),
  kind: oneOf(['near', 'far']),
  legs: fallback(list(object({ id: text, km: amount(100) }), { distinct: { what: 'leg', of: (leg) => leg.id } }), []),
  counts: record(whole(0), matching(/^[a-z]+$/, 'lower-case letters')),
  pair: tuple(text, whole(1, 9)),
  note: optional(nullable(text)),
  steps: list(STEP),
  even: checked(whole(0), (number, place) => (number % 2 === 0 ? number : place.fail(number, 'an even number')), { multipleOf: 2 }),
  dry: flag,
});

const GOOD = {
  format: 'emtdiff-outings/2',
  by: 'me',
  on: '2024-02-29',
  panel: ['a'],
  kind: 'far',
  legs: [{ id: 'x', km: 2.5 }],
  counts: { a: 1 },
  pair: ['a', 9],
  steps: [
    { op: 'read', gfn: '0x1F' },
    { op: 'write', gfn: 3 },
  ],
  even: 4,
  dry: false,
};

const parse = (shape: Shape<unknown>, value: unknown) => {
  try {
    return shape.parse(value, new Place('f.json', '$'));
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
};

test('A document is parsed into what its shape says, keys in the order of the shape, what is absent filled in or left out', () => {
  const { legs: _, ...withoutLegs } = GOOD;
  const parsed = parse(OUTINGS, Object.fromEntries(Object.entries(withoutLegs).reverse()));
  expect(JSON.stringify(parsed)).toBe(
    JSON.stringify({
      by: 'me',
      on: '2024-02-29',
      panel: ['a'],
      kind: 'far',
      legs: [],
      counts: { a: 1 },
      pair: ['a', 9],
      steps: [
        { op: 'read', gfn: 31 },
        { op: 'write', gfn: 3 },
      ],
      even: 4,
      dry: false,
    }),
  );
});

/** A change that makes the document wrong, and the whole of what is said about it. */
const WRONG: readonly (readonly [change: object, said: string])[] = [
  [
    { panle: ['a'], panel: ['a'] },
    '$: found the unknown key "panle", expected only the keys format by on panel kind legs counts pair note steps even dry; did you mean "panel"?',
  ],
  [
    { zzzzzz: 1 },
    '$: found the unknown key "zzzzzz", expected only the keys format by on panel kind legs counts pair note steps even dry',
  ],
  [
    { format: 'emtdiff-outings/3', more: 1 },
    '$.format: found "emtdiff-outings/3", written by a newer emtdiff, expected "emtdiff-outings/2"',
  ],
  [{ format: 'emtdiff-outings/1' }, '$.format: found "emtdiff-outings/1", expected "emtdiff-outings/2"'],
  [{ format: 'emtdiff-outings/2x' }, '$.format: found "emtdiff-outings/2x", expected "emtdiff-outings/2"'],
  [{ by: ' ' }, '$.by: found " ", expected a text that is not empty'],
  [{ on: '2023-02-29' }, '$.on: found "2023-02-29", expected a date such as 2026-11-21'],
  [{ panel: [] }, '$.panel: found [], expected an array of 1 to 3'],
  [{ panel: ['a', 7] }, '$.panel[1]: found 7, expected a text'],
  [{ kind: 'faar' }, '$.kind: found "faar", expected one of near far; did you mean "far"?'],
  [{ kind: 5 }, '$.kind: found 5, expected one of near far'],
  [{ legs: [{ id: 'x', km: 101 }] }, '$.legs[0].km: found 101, expected a number from 0 to 100'],
  [{ legs: [{ km: 1 }] }, '$.legs[0].id: found nothing, expected a text'],
  [
    { legs: ['x', 'y', 'x'].map((id) => ({ id, km: 1 })) },
    '$.legs[2]: found the leg "x" a second time (first at [0]), expected each once',
  ],
  [{ counts: { a: 0.5 } }, '$.counts.a: found 0.5, expected a whole number of at least 0'],
  [{ counts: { A: 1 } }, '$.counts: found "A", expected lower-case letters'],
  [{ pair: ['a'] }, '$.pair: found ["a"], expected an array of 2'],
  [{ pair: ['a', 10] }, '$.pair[1]: found 10, expected a whole number from 1 to 9'],
  [{ note: 7 }, '$.note: found 7, expected a text'],
  [{ steps: [{ op: 'red' }] }, '$.steps[0].op: found "red", expected one of read write'],
  [{ steps: [{ op: 'read', gfn: 1, value: 'x' }] }, '$.steps[0]: found the unknown key "value", expected only the keys op gfn'],
  [{ steps: [{ op: 'read', gfn: -1 }] }, '$.steps[0].gfn: found -1, expected a number as a hex string such as "0x1f"'],
  [{ steps: [{ op: 'constructor' }] }, '$.steps[0].op: found "constructor", expected one of read write'],
  [{ even: 3 }, '$.even: found 3, expected an even number'],
  [{ dry: 'no' }, '$.dry: found "no", expected true or false'],
];

test.each(WRONG)('%j is refused by a sentence', (change, said) => {
  expect(parse(OUTINGS, { ...GOOD, ...change })).toBe(`f.json: ${said}`);
});

test.each([[null], [[]], ['x'], [7]])('%j is no document', (value) => {
  expect(parse(OUTINGS, value)).toMatch(/^f\.json: \$: found .*, expected an object with the keys format by/);
});

describe('The schema', () => {
  const valid = new Ajv({ strict: false }).compile(schemaOf(OUTINGS, { title: 'Outings' }));
  /** Said of two elements together, or of the calendar: a schema has no word for it. */
  const BEYOND_SCHEMA = /a second time|2023-02-29/;

  test('takes what the shape takes', () => {
    expect(valid(GOOD)).toBe(true);
    expect(valid({ ...GOOD, note: null })).toBe(true);
    expect(parse(OUTINGS, { ...GOOD, note: null })).toHaveProperty('note', null);
  });

  test.each(WRONG.filter(([, said]) => !BEYOND_SCHEMA.test(said)))('refuses %j as the shape does', (change) => {
    expect(valid({ ...GOOD, ...change })).toBe(false);
  });

  test('has the sentences that readers need', () => {
    expect(schemaOf(OUTINGS, { title: 'Outings' })).toMatchObject({
      title: 'Outings',
      properties: { by: { description: 'who went', type: 'string' } },
    });
  });
});

test('What a message shows of a document has no character that a terminal obeys', () => {
  expect(parse(text, ['\u009b31m', '\u007f', '\u202e', '\u001b'])).toBe(
    'f.json: $: found ["\\u{9b}31m","\\u{7f}","\\u{202e}","\\u001b"], expected a text',
  );
});

test('A function that checks already is a shape with a schema beside it', () => {
  const even = custom((value, place) => (value === 2 ? 2 : place.fail(value, 'two')), { const: 2 });
  expect([parse(even, 2), parse(even, 3), even.schema]).toEqual([2, 'f.json: $: found 3, expected two', { const: 2 }]);
});
