/** One run a folder: a lock file that names the process, taken over from a process that is gone. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../files/writing.js';
import { fileError } from '../files/reading.js';
import { visible } from '../operations/visible.js';
import { UsageError } from '../operations/usage-error.js';

/** Who holds a lock: a process of a machine. Process numbers come again, in containers soon: `started` tells them apart. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Clock ticks since boot, where the kernel tells; else empty. */
  readonly started: string;
}

export class FolderLock {
  private constructor(private readonly file: string) {}

  /** @throws {UsageError} if another run that lives holds the folder, or the folder cannot be written. */
  static take(folder: string): FolderLock {
    const file = join(folder, 'lock');
    const own = { pid: process.pid, host: hostname(), started: startOf(process.pid) };
    for (let attempt = 0; attempt < 3; attempt++) {
      if (placed(folder, file, own)) return new FolderLock(file);
      refuseIfAlive(folder, file);
      // Moved before it is removed: of two that take over at once, one may have moved the other's new lock.
      const stale = `${file}.${process.pid}.stale`;
      try {
        renameSync(file, stale);
      } catch {
        continue;
      }
      try {
        refuseIfAlive(folder, stale);
      } catch (error) {
        renameSync(stale, file);
        throw error;
      }
      remove(stale);
    }
    throw new UsageError(`${folder}: found its lock taken again and again, expected one run at a time`);
  }

  /** @throws {UsageError} if a run that lives writes into the folder: what stands there is not what it will have found */
  static refuseRunning(folder: string): void {
    refuseIfAlive(folder, join(folder, 'lock'));
  }

  release(): void {
    remove(this.file);
  }
}

/** Linked, not written in place: nobody ever sees a lock that names no process. False: there is one. @throws {UsageError} */
function placed(folder: string, file: string, own: Holder): boolean {
  const beside = `${file}.${own.pid}`;
  try {
    makeFolder(folder);
    writeFileSync(beside, `${own.pid} ${own.host} ${own.started}\n`);
    return linked(beside, file);
  } catch (error) {
    throw new UsageError(`--out: found ${JSON.stringify(folder)} (${fileError(error)}), expected a folder that can be written`);
  } finally {
    remove(beside);
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** What could not be written need not be removed: on a read-only file system even that is an error. */
function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {}
}

/** @throws {UsageError} */
function refuseIfAlive(folder: string, file: string): void {
  const holder = holderOf(file);
  if (holder === null) return;
  const { pid, host } = holder;
  const where = host === hostname() ? '' : ` on ${visible(host)}; if that machine is gone, remove ${JSON.stringify(file)}`;
  throw new UsageError(`${folder}: found a run in progress there (process ${pid}${where}), expected a folder of one run at a time`);
}

/** The process that holds the lock, null if it is gone. Of another machine's process nobody here can tell: it is taken to live. */
function holderOf(file: string): Holder | null {
  const [number, host = hostname(), started = ''] = textOf(file).trim().split(' ');
  const pid = Number.parseInt(number, 10);
  if (!(pid > 0)) return null;
  const holder = { pid, host, started };
  if (host !== hostname()) return holder;
  if (pid === process.pid || !isAlive(pid)) return null;
  return started === '' || started === startOf(pid) ? holder : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/PID/stat (proc_pid_stat(5), starttime); the name before it may hold anything. */
function startOf(pid: number): string {
  return textOf(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[19] ?? '';
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
