/** What a run folder keeps so that a run can go on after any interruption, and so that shards can be united: `journal.json`. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LENS_NAMES, type LensName } from '../compare/lens.js';
import { Place, UsageError } from '../operations/usage-error.js';
import type { CampaignState } from '../panel/campaign-state.js';
import type { ProgressCurve } from '../report/run-progress.js';
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
  /** Names of outside models: their commands are never read from a file. */
  readonly externals: readonly string[];
  readonly lenses: readonly LensName[];
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
  const journal = typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : place.fail(read, 'an object');
  if (journal.format !== JOURNAL_FORMAT) place.at('format').fail(journal.format, `"${JOURNAL_FORMAT}"`);
  refuseDamaged(journal, folder);
  if (journal.version !== version)
    place.at('version').fail(journal.version, `"${version}": a run goes on only with the version that began it`);
  const lists = ['profiles', 'externals', 'lenses', 'contributions'] as const;
  for (const key of lists) if (!Array.isArray(journal[key])) place.at(key).fail(journal[key], 'an array');
  const { lenses } = journal as { lenses: unknown[] };
  lenses.forEach((lens, index) => {
    if (!LENS_NAMES.includes(lens as LensName))
      place
        .at('lenses')
        .at(index)
        .fail(lens, `one of ${LENS_NAMES.join(' ')}`);
  });
  if (typeof journal.state !== 'object' || journal.state === null) place.at('state').fail(journal.state, 'the state of a campaign');
  return journal as unknown as Journal;
}
