/** An entry of the ledger: a divergence that somebody looked at and accepted. Format `emtdiff-known/1`; schema: corpora/known-divergences/schema.json. */
import { SEVERITIES, type Severity } from '../classify/severity.js';
import { BUCKET_LENSES, type BucketLens } from '../compare/lens.js';
import { OUTCOME_NAMES } from '../../models/contract/observation.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import { Place } from '../operations/usage-error.js';
import { scenarioFrom } from '../scenario/parse.js';
import { oneLine, scenarioJson } from '../scenario/print.js';
import { objectWith } from '../operations/known-keys.js';
import type { Scenario } from '../scenario/scenario.js';

export const KNOWN_FORMAT = 'emtdiff-known/1';

/** Expected side first, as everywhere. */
export type Pair = readonly [string, string];

/** What the entry explains, as narrow as the cause. */
export interface Scope {
  /** Pairs of profiles. */
  readonly profiles: readonly Pair[];
  readonly lens: BucketLens;
  readonly op: string;
  /** The two causes, as a finding's `causes` has them; `*` stands for any text. */
  readonly rules: Pair;
  /** Pairs of outcomes. */
  readonly outcomes: readonly Pair[];
}

export interface KnownEntry {
  readonly id: string;
  readonly scope: Scope;
  /** Why it is accepted, in a sentence. */
  readonly reason: string;
  readonly citations: readonly string[];
  /** Where it is judged otherwise than by the table. */
  readonly severity?: Severity;
  /** `on`: a date, 2026-11-21. */
  readonly accepted: { readonly by: string; readonly on: string };
  /** The last day on which it holds. */
  readonly expires?: string;
  /** Shows the divergence. */
  readonly scenario: Scenario;
}

const KEYS = ['id', 'scope', 'reason', 'citations', 'severity', 'accepted', 'expires', 'scenario'];

/** The entries of one file. @throws {UsageError} */
export function entriesFrom(value: unknown, file: string): KnownEntry[] {
  const place = new Place(file, '$');
  const found = objectWith(value, ['format', 'entries'], place);
  if (found.format !== KNOWN_FORMAT) place.at('format').fail(found.format, `"${KNOWN_FORMAT}"`);
  return list(found.entries, place.at('entries'), 1).map(({ value: entry, place: at }) => entryFrom(entry, at));
}

function entryFrom(value: unknown, place: Place): KnownEntry {
  const found = objectWith(value, KEYS, place);
  const accepted = objectWith(found.accepted, ['by', 'on'], place.at('accepted'));
  return {
    id: text(found.id, place.at('id')),
    scope: scopeFrom(found.scope, place.at('scope')),
    reason: text(found.reason, place.at('reason')),
    citations: list(found.citations, place.at('citations'), 1).map(({ value: citation, place: at }) => text(citation, at)),
    ...(found.severity === undefined ? {} : { severity: one(found.severity, SEVERITIES, place.at('severity')) }),
    accepted: { by: text(accepted.by, place.at('accepted').at('by')), on: date(accepted.on, place.at('accepted').at('on')) },
    ...(found.expires === undefined ? {} : { expires: date(found.expires, place.at('expires')) }),
    scenario: scenarioFrom(found.scenario, place.at('scenario')),
  };
}

function scopeFrom(value: unknown, place: Place): Scope {
  const found = objectWith(value, ['profiles', 'lens', 'op', 'rules', 'outcomes'], place);
  const outcomes = list(found.outcomes, place.at('outcomes'), 1);
  return {
    profiles: list(found.profiles, place.at('profiles'), 1).map(({ value: sides, place: at }) => pair(sides, at)),
    lens: one(found.lens, BUCKET_LENSES, place.at('lens')),
    op: one(found.op, [...OPERATION_NAMES, 'end'], place.at('op')),
    rules: pair(found.rules, place.at('rules')),
    outcomes: outcomes.map(({ value: sides, place: at }) => {
      const [expected, got] = pair(sides, at);
      return [one(expected, OUTCOME_NAMES, at.at(0)), one(got, OUTCOME_NAMES, at.at(1))] as const;
    }),
  };
}

function text(value: unknown, place: Place): string {
  return typeof value === 'string' && value.trim() !== '' ? value : place.fail(value, 'a text that is not empty');
}

function one<T extends string>(value: unknown, words: readonly T[], place: Place): T {
  return words.find((word) => word === value) ?? place.fail(value, `one of ${words.join(' ')}`);
}

function pair(value: unknown, place: Place): Pair {
  if (!Array.isArray(value) || value.length !== 2) return place.fail(value, 'two texts: the expected side and the other');
  return [text(value[0], place.at(0)), text(value[1], place.at(1))];
}

function list(value: unknown, place: Place, least: number): { value: unknown; place: Place }[] {
  if (!Array.isArray(value) || value.length < least) return place.fail(value, `an array of at least ${least}`);
  return value.map((element, index) => ({ value: element, place: place.at(index) }));
}

/** A day of the calendar, as text: days compare as their texts do. */
export function date(value: unknown, place: Place): string {
  if (typeof value !== 'string' || !isDay(value)) return place.fail(value, 'a date such as 2026-11-21');
  return value;
}

export function isDay(value: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value);
  if (match === null) return false;
  const [year, month, day] = match.slice(1).map(Number);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (days[month - 1] ?? 0);
}

/** The canonical text of one file: entries by id, a key a line. */
export function printEntries(entries: readonly KnownEntry[]): string {
  const sorted = [...entries].sort((a, b) => (a.id < b.id ? -1 : 1));
  const texts = sorted.map((entry) => {
    const ordered = Object.fromEntries(
      KEYS.map((key) => [key, key === 'scenario' ? scenarioJson(entry.scenario) : entry[key as keyof KnownEntry]]),
    );
    const lines = Object.entries(ordered)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `      ${JSON.stringify(key)}: ${oneLine(value)}`);
    return `    {\n${lines.join(',\n')}\n    }`;
  });
  return `{\n  "format": "${KNOWN_FORMAT}",\n  "entries": [\n${texts.join(',\n')}\n  ]\n}\n`;
}
