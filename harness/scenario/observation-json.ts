/** Observations between their packed form and the JSON of scenario.md. Inverse by property test. */
import { LEVEL_NAMES, type Level } from '../../models/contract/address.js';
import { MEMORY_TYPE_NAMES, type RegisterType } from '../../models/contract/memory-type.js';
import {
  detailOf,
  ERRNO_NAMES,
  ERROR,
  type Errno,
  leafOf,
  leafWord,
  levelOf,
  MEMORY_FAULT,
  memoryFault,
  memtypeOf,
  NO_LEAF,
  type Observation,
  OK,
  openBetween,
  OUTCOME_NAMES,
  type Outcome,
  outcomeOf,
  type PageKind,
  plain,
  refused,
  typedPage,
  UNDEFINED,
} from '../../models/contract/observation.js';
import { parseValue64, printValue64 } from '../operations/number.js';
import type { Place } from '../operations/usage-error.js';
import { objectWith } from '../operations/known-keys.js';

export interface ObservationJson {
  readonly outcome: (typeof OUTCOME_NAMES)[number];
  readonly value?: string;
  readonly memtype?: string;
  readonly level?: string;
  readonly leaf?: string;
  readonly page?: string;
  readonly wants?: string;
  readonly errno?: string;
  readonly candidates?: readonly string[];
  /** Id of the deciding rule; never compared. */
  readonly rule?: string;
}

const PAGE_NAMES = ['', 'private', 'shared'] as const;
const CANDIDATES = ['UC', 'WC', 'WT', 'WP', 'WB'] as const;

/** A packed observation in scenario.md's form. `value` is that of a successful `read-msr`, else null. */
export function observationJson(
  observation: Observation,
  value: { hi: number; lo: number } | null,
  rule?: string,
): ObservationJson {
  const outcome = outcomeOf(observation);
  const detail = detailOf(observation);
  const memtype = memtypeOf(observation);
  const level = levelOf(observation);
  const leaf = leafOf(observation);
  return {
    outcome: OUTCOME_NAMES[outcome],
    ...(outcome === OK && value !== null ? { value: printValue64(value.hi, value.lo) } : {}),
    ...(memtype === null ? {} : { memtype: MEMORY_TYPE_NAMES[memtype] }),
    ...(level === 0 ? {} : { level: LEVEL_NAMES[level] }),
    ...(leaf === null ? {} : { leaf: `${MEMORY_TYPE_NAMES[leaf.type]}${leaf.ipat ? '+ipat' : ''}` }),
    ...(outcome === OK && detail !== 0 ? { page: PAGE_NAMES[detail] } : {}),
    ...(outcome === MEMORY_FAULT ? { wants: PAGE_NAMES[detail] } : {}),
    ...(outcome === ERROR ? { errno: ERRNO_NAMES[detail] } : {}),
    ...(outcome === UNDEFINED ? { candidates: CANDIDATES.filter((_, bit) => (detail >> bit) & 1) } : {}),
    ...(rule === undefined ? {} : { rule }),
  };
}

export interface ParsedObservation {
  readonly observation: Observation;
  readonly value: { readonly hi: number; readonly lo: number } | null;
}

/** The packed form, without a rule. @throws {UsageError} */
export function parseObservation(json: unknown, place: Place): ParsedObservation {
  const found = objectWith(
    json,
    ['outcome', 'value', 'memtype', 'level', 'leaf', 'page', 'wants', 'errno', 'candidates', 'rule'],
    place,
  );
  const name = <T extends string>(key: string, names: readonly T[]): number => {
    const index = names.indexOf(found[key] as T);
    return index >= 0 && found[key] !== ''
      ? index
      : place.at(key).fail(found[key], `one of ${names.filter((known) => known !== '').join(' ')}`);
  };
  const has = (key: string) => found[key] !== undefined;
  const outcome = name('outcome', OUTCOME_NAMES) as Outcome;
  const value = has('value')
    ? (parseValue64(found.value) ?? place.at('value').fail(found.value, 'a 64-bit value as a hex string'))
    : null;
  if (outcome === ERROR) return { observation: refused(name('errno', ERRNO_NAMES) as Errno, 0), value };
  if (outcome === MEMORY_FAULT) return { observation: memoryFault(name('wants', PAGE_NAMES) as PageKind, 0), value };
  if (outcome === UNDEFINED) return { observation: openBetween(candidates(found.candidates, place), 0), value };
  if (outcome !== OK || !has('memtype')) return { observation: plain(outcome, 0), value };
  const memtype = name('memtype', MEMORY_TYPE_NAMES);
  if (memtype === 2 || memtype === 3 || memtype === 7) place.at('memtype').fail(found.memtype, 'an effective memory type');
  const level = has('level') ? (name('level', LEVEL_NAMES) as Level) : 0;
  const page = has('page') ? (name('page', PAGE_NAMES) as PageKind) : 0;
  return {
    observation: typedPage(memtype as 0, level, has('leaf') ? parseLeaf(found.leaf, place.at('leaf')) : NO_LEAF, page, 0),
    value,
  };
}

function candidates(value: unknown, place: Place): number {
  if (!Array.isArray(value)) return place.at('candidates').fail(value, 'an array of memory types');
  return value.reduce((bits: number, type, index) => {
    const bit = CANDIDATES.indexOf(type);
    return bit >= 0 ? bits | (1 << bit) : place.at('candidates').at(index).fail(type, 'one of UC WC WT WP WB');
  }, 0);
}

function parseLeaf(value: unknown, place: Place): number {
  const match = typeof value === 'string' ? /^(UC-|UC|WC|WT|WP|WB)(\+ipat)?$/.exec(value) : null;
  if (match === null) return place.fail(value, 'a leaf such as "WB", "WB+ipat" or "UC-"');
  return leafWord(MEMORY_TYPE_NAMES.indexOf(match[1]) as RegisterType, match[2] !== undefined);
}
