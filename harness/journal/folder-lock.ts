/** One run a folder: a lock file with the process's number, taken over from a process that is gone. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../operations/usage-error.js';

export class FolderLock {
  private constructor(private readonly file: string) {}

  /** @throws {UsageError} if another run that lives holds the folder, or the folder cannot be written. */
  static take(folder: string): FolderLock {
    const file = join(folder, 'lock');
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        mkdirSync(folder, { recursive: true });
        const handle = openSync(file, 'wx');
        writeSync(handle, `${process.pid}\n`);
        closeSync(handle);
        return new FolderLock(file);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EEXIST')
          throw new UsageError(`--out: found ${JSON.stringify(folder)} (${code}), expected a folder that can be written`);
        const holder = holderOf(file);
        if (holder !== null)
          throw new UsageError(
            `${folder}: found a run in progress there (process ${holder}), expected a folder of one run at a time`,
          );
        rmSync(file, { force: true });
      }
    }
    throw new UsageError(`${folder}: found its lock taken again and again, expected one run at a time`);
  }

  release(): void {
    rmSync(this.file, { force: true });
  }
}

/** The process that holds the lock, null if it is gone. */
function holderOf(file: string): number | null {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return null;
  }
  const pid = Number.parseInt(text, 10);
  if (!(pid > 0) || pid === process.pid) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : null;
  }
}
