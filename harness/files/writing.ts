/** The one place where files are written: whole or not at all. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../operations/usage-error.js';
import { fileError } from './reading.js';

/** Ends the name of a file that is not written to its end. */
export const HALF_WRITTEN = /\.\d+\.tmp$/;

/**
 * Written beside, then renamed: a reader sees the old file or the new one.
 * @param isDurable also after a power loss: the bytes are on the disk before the name is theirs. Costs milliseconds.
 * @throws {UsageError} where it cannot be written.
 */
export function writeWhole(path: string, text: string, isDurable = false): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    makeFolder(dirname(path));
    writeFileSync(beside, text, { flush: isDurable });
    renameSync(beside, path);
  } catch (error) {
    try {
      rmSync(beside, { force: true });
    } catch {
      // A read-only file system: there is nothing to remove, either.
    }
    throw new UsageError(
      `${path}: found ${fileError(error)} while writing, expected a folder with room that can be written; what stood there is intact`,
    );
  }
}

/** One by one: where a parent takes no folder (/proc), `recursive` of Node 20 to 24 tries for ever. Errors are those of the system. */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let path = resolve(folder); !existsSync(path) && dirname(path) !== path; path = dirname(path)) missing.push(path);
  for (const path of missing.reverse()) {
    try {
      mkdirSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
