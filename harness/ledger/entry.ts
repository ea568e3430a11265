/**
 * An entry of the ledger: a cause of divergences that is known. It pins, for each of the cause's buckets, who answered what by which rule in
 * a scenario that shows it. Format `emtdiff-known/2`; corpora/known-divergences/schema.json is made from the shapes below.
 */
import { SEVERITIES } from '../classify/severity.js';
import { BUCKET_LENSES } from '../compare/lens.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import { Place } from '../operations/usage-error.js';
import { parseObservation } from '../scenario/observation-json.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import { scenarioFrom } from '../scenario/parse.js';
import { oneLine, scenarioJson } from '../scenario/print.js';
import {
  described,
  document,
  list,
  object,
  optional,
  type Parsed,
  record,
  type Shape,
  schemaOf,
  tuple,
} from '../scenario/shape.js';
import { custom, day, matching, oneOf, whole, words } from '../scenario/shape-values.js';

export const KNOWN_FORMAT = 'emtdiff-known/2';

/** Expected side first, as everywhere. */
export type Pair = readonly [string, string];

const ANSWER = custom(
  (value, place): ObservationJson => {
    // Its fields are those of its operation: checked where that is known.
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return place.fail(value, 'an answer: an object');
    return value as ObservationJson;
  },
  { type: 'object' },
);

const PAIR = tuple(words, words) as Shape<Pair>;

const KNOWN_BUCKET = object({
  id: described('Of the bucket: lens, operation and the two sides.', words),
  lens: described(
    'Or invariant: one that a step broke; both profiles of a pair are then the one that broke it.',
    oneOf(BUCKET_LENSES),
  ),
  op: described('Operation of the divergent step; end: counters, after the last step.', oneOf([...OPERATION_NAMES, 'end'])),
  rules: described("A finding's causes.", PAIR),
  profiles: described('Pairs of profiles between which it is known.', list(PAIR, { least: 1 })),
  outcomes: described(
    'What the two sides answered: "UC -> WB".',
    list(matching(/^\S.* -> \S.*$/, 'a text such as "UC -> WB"'), { least: 1 }),
  ),
  step: described('Of the scenario: where it shows.', whole(0)),
  answers: optional(described('By profile: the answer to that step, with the rule that decided.', record(ANSWER))),
  counters: optional(described('By profile: the counters after the last step.', record(record(whole(0))))),
  scenario: described(
    'Shows the divergence; emtdiff-scenario/1.',
    custom(scenarioFrom, { type: 'object', required: ['format', 'steps'] }),
  ),
});
export type KnownBucket = Parsed<typeof KNOWN_BUCKET>;

const SIGNATURE = object({ by: words, on: day });

const ENTRY = object({
  id: described("The cause's.", words),
  reason: described('Why it is accepted, in a sentence.', words),
  citations: described('Where that can be looked up.', list(words, { least: 1 })),
  severity: optional(described('Where it is judged otherwise than emtdiff does.', oneOf(SEVERITIES))),
  recorded: described('Who had a command write it, and when.', SIGNATURE),
  reviewed: optional(described('Who looked at it and gave the reason. Without it nobody has.', SIGNATURE)),
  expires: optional(described('The last day on which it holds.', day)),
  buckets: list(KNOWN_BUCKET, { least: 1, distinct: { what: 'bucket', of: ({ id }) => id } }),
});
export type KnownEntry = Parsed<typeof ENTRY>;

const LEDGER_FILE = document(KNOWN_FORMAT, { entries: list(ENTRY, { least: 1 }) });

/** What is published as schema.json. */
export function ledgerSchema(): Readonly<Record<string, unknown>> {
  return schemaOf(LEDGER_FILE, { id: KNOWN_FORMAT, title: 'Ledger of known divergences' });
}

/** The entries of one file. @throws {UsageError} */
export function entriesFrom(value: unknown, file: string): readonly KnownEntry[] {
  const place = new Place(file, '$');
  const { entries } = LEDGER_FILE.parse(value, place);
  for (const [index, { buckets }] of entries.entries())
    for (const [number, bucket] of buckets.entries()) checkBucket(bucket, place.at('entries').at(index).at('buckets').at(number));
  return entries;
}

function checkBucket({ step, op, scenario: { steps }, answers = {} }: KnownBucket, place: Place): void {
  if (step > steps.length || (step === steps.length) !== (op === 'end'))
    place.at('step').fail(step, `a step of the scenario, which has ${steps.length}`);
  for (const [name, answer] of Object.entries(answers)) parseObservation(answer, place.at('answers').at(name), steps[step]?.op);
}

/** The canonical text of one file: entries and buckets by id, a key a line. */
export function printEntries(entries: readonly KnownEntry[]): string {
  const texts = byId(entries).map((entry) => {
    const { buckets, ...head } = entry;
    const lines = keyLines(head, '      ');
    const inner = byId(buckets).map(
      (bucket) =>
        `        {\n${keyLines({ ...bucket, scenario: scenarioJson(bucket.scenario) }, '          ').join(',\n')}\n        }`,
    );
    return `    {\n${[...lines, `      "buckets": [\n${inner.join(',\n')}\n      ]`].join(',\n')}\n    }`;
  });
  return `{\n  "format": "${KNOWN_FORMAT}",\n  "entries": [\n${texts.join(',\n')}\n  ]\n}\n`;
}

const byId = <T extends { readonly id: string }>(all: readonly T[]) => [...all].sort((a, b) => (a.id < b.id ? -1 : 1));

function keyLines(object: Readonly<Record<string, unknown>>, indent: string): string[] {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${indent}${JSON.stringify(key)}: ${oneLine(value)}`);
}
