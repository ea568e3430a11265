/** The ledger of known divergences: folders of files, each with the entries of one cause. */
import { UsageError } from '../operations/usage-error.js';
import { jsonFiles, readJsonFile } from '../files/reading.js';
import { entriesFrom, type KnownEntry } from './entry.js';

export interface LedgerFile {
  readonly path: string;
  readonly entries: readonly KnownEntry[];
}

/** In the order of file names. @throws {UsageError} for a file that is no ledger, and for a bucket that stands there twice */
export function readLedger(folder: string): LedgerFile[] {
  const files = jsonFiles(folder).map((path) => ({ path, entries: entriesFrom(readJsonFile(path, 'a file of a ledger'), path) }));
  const seen = new Map<string, string>();
  for (const { path, entries } of files) {
    for (const id of entries.flatMap(({ id, buckets }) => [`entry ${id}`, ...buckets.map((bucket) => `bucket ${bucket.id}`)])) {
      const other = seen.get(id);
      if (other !== undefined) throw new UsageError(`${path}: found the ${id} a second time, expected it once (first: ${other})`);
      seen.set(id, path);
    }
  }
  return files;
}

/** File name of an entry. */
export function ledgerFileName(id: string): string {
  return `${id.replace(/[^\w.~+-]/g, '_').slice(0, 180)}.json`;
}
