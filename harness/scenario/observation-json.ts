/** Observations between their packed form and the JSON of docs/scenario-format.md. Inverse by property test. */
import { LEVEL_NAMES, type Level } from '../../models/contract/address.js';
import { MEMORY_TYPE_NAMES, type RegisterType } from '../../models/contract/memory-type.js';
import {
  detailOf,
  ENTRY_FAILED,
  type EntryFailure,
  entryFailed,
  ERRNO_NAMES,
  ERROR,
  type Errno,
  HOST_STATE,
  L1_EXIT,
  type L1ExitReason,
  l1Exit,
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
  REASON_NAMES,
  refused,
  served,
  typedPage,
  UNDEFINED,
} from '../../models/contract/observation.js';
import type { OperationName } from '../../models/contract/operation.js';
import type { Beside } from '../operations/beside.js';
import { count } from '../operations/fields.js';
import { parseValue64, printValue64 } from '../operations/number.js';
import type { Place } from '../operations/usage-error.js';
import { objectWith } from '../operations/known-keys.js';

export interface ObservationJson {
  /** `abstains` only where a report compares answers: a silence that was judged. */
  readonly outcome: (typeof OUTCOME_NAMES)[number] | 'abstains';
  readonly value?: string;
  /** PAT index that the guest OS chose. */
  readonly index?: number;
  readonly memtype?: string;
  readonly level?: string;
  readonly leaf?: string;
  readonly page?: string;
  readonly wants?: string;
  readonly errno?: string;
  /** First offending frame of a conversion, counted from its own first. */
  readonly offset?: string;
  readonly reason?: string;
  readonly candidates?: readonly string[];
  /** Id of the deciding rule; never compared. */
  readonly rule?: string;
}

const PAGE_NAMES = ['', 'private', 'shared'] as const;
const ENTRY_FAILURES = REASON_NAMES.slice(0, HOST_STATE + 1);
const L1_EXITS = ['', ...REASON_NAMES.slice(HOST_STATE + 1)];
const patIndex = count(0, 7);
const CANDIDATES = ['UC', 'WC', 'WT', 'WP', 'WB'] as const;

/** A packed observation in the scenario format's form. @param beside the two words beside it, if it has any */
export function observationJson(observation: Observation, beside: Beside | null, rule?: string): ObservationJson {
  const outcome = outcomeOf(observation);
  const detail = detailOf(observation);
  const memtype = memtypeOf(observation);
  const level = levelOf(observation);
  const leaf = leafOf(observation);
  return {
    outcome: OUTCOME_NAMES[outcome],
    ...(beside === null ? {} : { [beside.kind]: printBeside(beside) }),
    ...(memtype === null ? {} : { memtype: MEMORY_TYPE_NAMES[memtype] }),
    ...(level === 0 ? {} : { level: LEVEL_NAMES[level] }),
    ...(leaf === null ? {} : { leaf: `${MEMORY_TYPE_NAMES[leaf.type]}${leaf.ipat ? '+ipat' : ''}` }),
    ...(outcome === OK && detail !== 0 ? { page: PAGE_NAMES[detail] } : {}),
    ...(outcome === MEMORY_FAULT ? { wants: PAGE_NAMES[detail] } : {}),
    ...(outcome === ERROR ? { errno: ERRNO_NAMES[detail] } : {}),
    ...(outcome === ENTRY_FAILED || outcome === L1_EXIT ? { reason: REASON_NAMES[detail] } : {}),
    ...(outcome === UNDEFINED && detail !== 0 ? { candidates: CANDIDATES.filter((_, bit) => (detail >> bit) & 1) } : {}),
    ...(rule === undefined ? {} : { rule }),
  };
}

function printBeside({ kind, hi, lo }: Beside): string | number {
  return kind === 'index' ? lo : printValue64(hi, lo);
}

export interface ParsedObservation {
  readonly observation: Observation;
  readonly beside: Beside | null;
}

const KEYS = [
  'outcome',
  'value',
  'index',
  'memtype',
  'level',
  'leaf',
  'page',
  'wants',
  'errno',
  'offset',
  'reason',
  'candidates',
  'rule',
];

/** The packed form, without a rule. @param op what was answered; only an access has to name its candidates. @throws {UsageError} */
export function parseObservation(json: unknown, place: Place, op: OperationName = 'access'): ParsedObservation {
  const found = objectWith(json, KEYS, place);
  return { observation: new Fields(found, place).observation(op), beside: parseBeside(found, place) };
}

function parseBeside(found: Readonly<Record<string, unknown>>, place: Place): Beside | null {
  const { value, offset, index } = found;
  if (index !== undefined) return { kind: 'index', hi: 0, lo: patIndex.parse(index, place.at('index')) };
  const kind = value !== undefined ? 'value' : offset !== undefined ? 'offset' : null;
  if (kind === null) return null;
  const halves = parseValue64(found[kind]);
  return halves === null ? place.at(kind).fail(found[kind], 'a 64-bit value as a hex string') : { kind, ...halves };
}

/** The fields of one observation, each checked as it is asked for. */
class Fields {
  constructor(
    private readonly found: Readonly<Record<string, unknown>>,
    private readonly place: Place,
  ) {}

  observation(op: OperationName): Observation {
    const outcome = this.code('outcome', OUTCOME_NAMES) as Outcome;
    if (outcome === ERROR) return refused(this.code('errno', ERRNO_NAMES) as Errno, 0);
    if (outcome === MEMORY_FAULT) return memoryFault(this.code('wants', PAGE_NAMES) as PageKind, 0);
    if (outcome === ENTRY_FAILED) return entryFailed(this.code('reason', ENTRY_FAILURES) as EntryFailure, 0);
    if (outcome === L1_EXIT) return l1Exit((this.code('reason', L1_EXITS) + ENTRY_FAILURES.length - 1) as L1ExitReason, 0);
    if (outcome === UNDEFINED) return openBetween(this.candidates(op), 0);
    return outcome === OK ? this.served() : plain(outcome, 0);
  }

  private served(): Observation {
    const level = this.has('level') ? (this.code('level', LEVEL_NAMES) as Level) : 0;
    const page = this.has('page') ? (this.code('page', PAGE_NAMES) as PageKind) : 0;
    const leaf = this.has('leaf') ? parseLeaf(this.found.leaf, this.place.at('leaf')) : NO_LEAF;
    if (!this.has('memtype')) return served(level, leaf, page, 0);
    const memtype = this.code('memtype', MEMORY_TYPE_NAMES);
    if (memtype === 2 || memtype === 3 || memtype === 7)
      this.place.at('memtype').fail(this.found.memtype, 'an effective memory type');
    return typedPage(memtype as 0, level, leaf, page, 0);
  }

  private candidates(op: OperationName): number {
    return op === 'access' || this.has('candidates') ? candidates(this.found.candidates, this.place) : 0;
  }

  private has(key: string): boolean {
    return this.found[key] !== undefined;
  }

  private code(key: string, names: readonly string[]): number {
    const index = names.indexOf(this.found[key] as string);
    if (index >= 0 && this.found[key] !== '') return index;
    return this.place.at(key).fail(this.found[key], `one of ${names.filter((known) => known !== '').join(' ')}`);
  }
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
