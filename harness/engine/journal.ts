/** What a run folder keeps so that a run can go on after any interruption, and so that shards can be united: `journal.json`. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GUEST_OS_NAMES, type GuestOsName } from '../../models/contract/guest-os.js';
import { BUCKET_LENSES, LENS_NAMES, type LensName } from '../compare/lens.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import { document, formatOf, list, object, optional, tuple } from '../scenario/shape.js';
import { amount, custom, flag, nullable, oneOf, text, whole } from '../scenario/shape-values.js';
import { Place, UsageError } from '../operations/usage-error.js';
import type { CampaignState } from '../panel/campaign-state.js';
import { CURVES, type ProgressCurve } from '../panel/progress-curve.js';
import { writeWhole } from '../files/writing.js';
import { readJsonFile } from '../files/reading.js';

export const JOURNAL_FORMAT = 'emtdiff-journal/1';

/** Cases that a state counts: a shard of a seed, the first `done` of its own cases. */
export interface Contribution {
  readonly index: number;
  readonly of: number;
  readonly done: number;
}

export interface Journal {
  readonly version: string;
  readonly seed: string;
  readonly profiles: readonly string[];
  /** Names of external models: their commands are never read from a file. */
  readonly externals: readonly string[];
  readonly lenses: readonly LensName[];
  /** Operating systems that some cases have in their guest; absent: none. */
  readonly guestOses?: readonly GuestOsName[];
  /** As asked for: null where a time was. */
  readonly cases: number | null;
  /** Milliseconds for the cases, null where a number of cases was asked for; and those already used. */
  readonly milliseconds: number | null;
  readonly used: number;
  readonly contributions: readonly Contribution[];
  /** How it went over time; a journal of an earlier build has none. */
  readonly curves?: readonly ProgressCurve[];
  readonly state: CampaignState;
}

/** Packed answers are words with a sign. */
const number = whole(Number.MIN_SAFE_INTEGER);
const COUNTS = list(whole(0));
const BUCKET = object({
  lens: oneOf(BUCKET_LENSES),
  op: oneOf([...OPERATION_NAMES, 'end']),
  expected: text,
  got: text,
  count: whole(0),
  firstCase: whole(-1),
  rank: whole(0),
  witness: object({ case: whole(-1), edge: whole(-1), step: whole(-1) }),
  pairs: list(tuple(number, object({ expected: number, got: number, steps: whole(0) }))),
  sides: list(
    tuple(
      custom((value) => value as string | number, {}),
      whole(0),
    ),
  ),
});
const FAULT = object({ profile: text, case: whole(-1), seed: text, message: text, setAside: optional(flag) });

const JOURNAL = document(JOURNAL_FORMAT, {
  version: text,
  seed: text,
  profiles: list(text, { least: 1, distinct: { what: 'profile', of: (name) => name } }),
  externals: list(text),
  lenses: list(oneOf(LENS_NAMES), { least: 1 }),
  guestOses: optional(list(oneOf(GUEST_OS_NAMES), { least: 1 })),
  cases: nullable(whole(1)),
  milliseconds: nullable(amount()),
  used: amount(),
  contributions: list(object({ index: whole(0), of: whole(1), done: whole(0) }), { least: 1 }),
  curves: optional(CURVES),
  state: object({
    done: whole(0),
    health: object({
      operations: COUNTS,
      steps: whole(0),
      faultingWrites: whole(0),
      unbackedAccesses: whole(0),
      rules: list(COUNTS),
    }),
    buckets: list(BUCKET),
    aliases: COUNTS,
    modelFaults: list(FAULT),
  }),
  sha256: text,
});

const path = (folder: string) => join(folder, 'journal.json');

export function hasJournal(folder: string): boolean {
  return existsSync(path(folder));
}

/** Whole or not at all: a reader, and a run that goes on after a power loss, sees the last complete state. */
export function writeJournal(folder: string, journal: Journal): void {
  const text = JSON.stringify({ format: JOURNAL_FORMAT, ...journal });
  writeWhole(path(folder), `${text.slice(0, -1)},"sha256":"${digest(text)}"}\n`, true);
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/** A disk or an editor changed it: counts that do not fit each other would go on as if they did. @throws {UsageError} */
function refuseDamaged({ sha256, ...journal }: Record<string, unknown>, folder: string): void {
  if (sha256 === digest(JSON.stringify(journal))) return;
  throw new UsageError(
    `${path(folder)}: found a journal whose checksum does not fit, expected it as emtdiff wrote it: this run cannot go on; its findings are intact`,
  );
}

/** @throws {UsageError} if there is none, if it is damaged, or it is of another version. */
export function readJournal(folder: string, version: string): Journal {
  const file = path(folder);
  if (!hasJournal(folder)) throw new UsageError(`${folder}: found no journal.json, expected the folder of a run made with --out`);
  const place = new Place(file, '$');
  const read = readJsonFile(file, 'a journal');
  const stored = typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : place.fail(read, 'an object');
  formatOf(JOURNAL_FORMAT).parse(stored.format, place.at('format'));
  refuseDamaged(stored, folder);
  return journalFrom(stored, file, version);
}

/** A journal whose checksum is that of its text, or is not looked at. @throws {UsageError} */
export function journalFrom(value: unknown, file: string, version: string): Journal {
  const place = new Place(file, '$');
  const stored = {
    sha256: '',
    ...(typeof value === 'object' && value !== null ? value : place.fail(value, 'an object')),
  } as Record<string, unknown>;
  if (stored.version !== version)
    place.at('version').fail(stored.version, `"${version}": a run goes on only with the version that began it`);
  const journal = JOURNAL.parse(stored, place);
  for (const [index, { index: number, of }] of journal.contributions.entries())
    if (number >= of) place.at('contributions').at(index).at('index').fail(number, `less than ${of}, the number of shards`);
  return journal as unknown as Journal;
}
