/** The one place where files are read: a regular file or stdin, UTF-8, of a stated size; what goes wrong is a sentence and exit code 2. */
import { closeSync, fstatSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { UsageError } from '../operations/usage-error.js';
import { readJson } from '../scenario/json.js';

export const MOST_MIB = 64;
const MOST_BYTES = MOST_MIB * 2 ** 20;
const CHUNK = 2 ** 16;

/** What a code of the system says to a user. */
const CODES: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EISDIR: 'a folder',
  ENOTDIR: 'a file where a folder should be',
  EACCES: 'no permission (EACCES)',
  EPERM: 'no permission (EPERM)',
  EMFILE: 'too many open files (EMFILE; see ulimit -n)',
  ENFILE: 'too many open files in the system (ENFILE)',
  ENOSPC: 'no room on the disk (ENOSPC)',
  EDQUOT: 'no room in the quota (EDQUOT)',
  EROFS: 'a file system that is read-only (EROFS)',
  EPIPE: 'a reader that went away (EPIPE)',
  ENAMETOOLONG: 'a name that is too long (ENAMETOOLONG)',
  ELOOP: 'links in a circle (ELOOP)',
};

/** An error of the file system, in words. */
export function fileError(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? String((error as Error)?.message ?? error) : (CODES[code] ?? code);
}

/** @param expected what an error says: `a scenario`. @throws {UsageError} */
export function readTextFile(path: string, expected: string): string {
  return textOf(bytesOf(path, path, expected), path, expected);
}

/** @param path `-`: stdin. @throws {UsageError} */
export function readInput(path: string, expected: string): { readonly name: string; readonly text: string } {
  if (path !== '-') return { name: path, text: readTextFile(path, expected) };
  return { name: 'stdin', text: textOf(read(0, 'stdin', expected), 'stdin', expected) };
}

/** @throws {UsageError} */
export function readJsonFile(path: string, expected: string): unknown {
  return readJson(readTextFile(path, expected), path);
}

/** Paths of a folder's JSON files, sorted by name; `schema.json` is a description, no data. @throws {UsageError} */
export function jsonFiles(folder: string): string[] {
  return folderNames(folder, 'a folder of JSON files')
    .filter((name) => name.endsWith('.json') && name !== 'schema.json')
    .map((name) => join(folder, name));
}

/** Sorted. @throws {UsageError} */
export function folderNames(folder: string, expected: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw new UsageError(`${folder}: found ${fileError(error)}, expected ${expected}`);
  }
}

function bytesOf(path: string, name: string, expected: string): Buffer {
  let file: number;
  try {
    // Asked before it is opened: opening a FIFO waits for whoever writes.
    refuseOddKind(statSync(path), name, expected);
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${name}: found ${fileError(error)}, expected ${expected}`);
  }
  try {
    return read(file, name, expected);
  } finally {
    closeSync(file);
  }
}

/** A terminal or a pipe has an end; a device such as /dev/zero has none. @throws {UsageError} */
function refuseOddKind(stats: Stats, name: string, expected: string, isStdin = false): void {
  const isFine = stats.isFile() || (isStdin && (stats.isFIFO() || stats.isSocket() || isatty(0)));
  if (isFine || stats.isDirectory()) return;
  // /dev/null reads as an empty file.
  if (isStdin && stats.isCharacterDevice()) return;
  const kind = stats.isFIFO() ? 'a FIFO' : stats.isSocket() ? 'a socket' : 'a device';
  throw new UsageError(`${name}: found ${kind}, expected ${expected} in a regular file, or on stdin as -`);
}

function read(file: number, name: string, expected: string): Buffer {
  try {
    const stats = fstatSync(file);
    refuseOddKind(stats, name, expected, file === 0);
    if (stats.isFile() && stats.size > MOST_BYTES) tooLarge(name);
    const chunks: Buffer[] = [];
    for (let bytes = 0; ; ) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      const length = readSome(file, chunk);
      if (length === 0) return Buffer.concat(chunks);
      bytes += length;
      if (bytes > MOST_BYTES) tooLarge(name);
      chunks.push(chunk.subarray(0, length));
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${name}: found ${fileError(error)}, expected ${expected}`);
  }
}

/** 0: the end. A terminal or pipe without data yet is asked again. */
function readSome(file: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(file, chunk, 0, chunk.length, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function tooLarge(name: string): never {
  throw new UsageError(`${name}: found more than ${MOST_MIB} MiB, expected at most that`);
}

function textOf(bytes: Buffer, name: string, expected: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${name}: found bytes that are not UTF-8, expected ${expected} in UTF-8`);
  }
}
