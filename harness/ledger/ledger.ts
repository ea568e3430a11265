/** The ledger of known divergences: a folder of files, each with the entries of one deciding rule. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../operations/usage-error.js';
import { readJson } from '../scenario/json.js';
import { entriesFrom, type KnownEntry } from './known-entry.js';
import { jsonFiles } from '../regressions/regression-folder.js';

export interface LedgerFile {
  readonly path: string;
  readonly entries: readonly KnownEntry[];
}

/** In the order of file names. @throws {UsageError} for a file that is no ledger, and for an id that stands there twice */
export function readLedger(folder: string): LedgerFile[] {
  const files = jsonFiles(folder).map((path) => ({ path, entries: entriesFrom(readJson(readFileSync(path, 'utf8'), path), path) }));
  const seen = new Map<string, string>();
  for (const { path, entries } of files) {
    for (const { id } of entries) {
      const other = seen.get(id);
      if (other !== undefined)
        throw new UsageError(
          `${path}: found the id ${JSON.stringify(id)} a second time, expected ids that differ (first: ${other})`,
        );
      seen.set(id, path);
    }
  }
  return files;
}

/** File name of the entries of a cause: the rule of the side that is compared. */
export function ledgerFileName(gotCause: string): string {
  return `${gotCause.replace(/[^\w.~+-]/g, '_').slice(0, 180)}.json`;
}
