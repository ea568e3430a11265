/** The lines of a file of any size, one after the other: what is held in memory is one line and one chunk. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { UsageError } from '../operations/usage-error.js';

const CHUNK = 1 << 18;
/** A web page may put a whole trace into one line; more than this is no trace. */
const LONGEST_LINE = 1 << 22;

/** A file that can be read more than once; stdin is kept beside. */
export interface TextFile {
  readonly path: string;
  /** As messages name it. */
  readonly name: string;
  close(): void;
}

/** @throws {UsageError} for a file that cannot be read */
export function openText(path: string, expected: string): TextFile {
  const name = path === '-' ? 'stdin' : path;
  try {
    if (path !== '-') {
      const descriptor = openSync(path, 'r');
      try {
        readSync(descriptor, Buffer.alloc(1), 0, 1, 0);
      } finally {
        closeSync(descriptor);
      }
      return { path, name, close: () => {} };
    }
    return keptStdin();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const found = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'a directory' : `${code ?? error}`;
    throw new UsageError(`${name}: found ${found}, expected ${expected}`);
  }
}

function keptStdin(): TextFile {
  const folder = mkdtempSync(join(tmpdir(), 'emtdiff-import-'));
  const close = () => rmSync(folder, { recursive: true, force: true });
  const path = join(folder, 'stdin');
  const copy = openSync(path, 'w');
  try {
    const chunk = Buffer.alloc(CHUNK);
    for (let size = readSome(0, chunk); size > 0; size = readSome(0, chunk)) writeSync(copy, chunk, 0, size);
    return { path, name: 'stdin', close };
  } catch (error) {
    close();
    throw error;
  } finally {
    closeSync(copy);
  }
}

/** A pipe that nobody has written to yet answers EAGAIN; its end may be EOF. */
function readSome(descriptor: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(descriptor, chunk, 0, chunk.length, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

/** The first bytes, as text. */
export function startOf(file: TextFile, bytes = CHUNK): string {
  const descriptor = openSync(file.path, 'r');
  try {
    const chunk = Buffer.alloc(bytes);
    return new StringDecoder('utf8').write(chunk.subarray(0, readSync(descriptor, chunk, 0, bytes, 0)));
  } finally {
    closeSync(descriptor);
  }
}

/** @throws {UsageError} for a line that is too long to be one */
export function* linesOf(file: TextFile): Generator<string> {
  const descriptor = openSync(file.path, 'r');
  const decoder = new StringDecoder('utf8');
  const chunk = Buffer.alloc(CHUNK);
  let rest = '';
  let line = 0;
  try {
    for (let size = readSync(descriptor, chunk, 0, CHUNK, null); size > 0; size = readSync(descriptor, chunk, 0, CHUNK, null)) {
      const pieces = (rest + decoder.write(chunk.subarray(0, size))).split('\n');
      rest = pieces.pop() ?? '';
      line += pieces.length;
      if (rest.length > LONGEST_LINE)
        throw new UsageError(`${file.name}: line ${line + 1}: found more than ${LONGEST_LINE} characters, expected shorter lines`);
      for (const piece of pieces) yield piece.endsWith('\r') ? piece.slice(0, -1) : piece;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(descriptor);
  }
}
