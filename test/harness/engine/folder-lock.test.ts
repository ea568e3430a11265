/** Who holds a folder, told from what stands in its lock. Two live processes: test/harness/cli/run-folder.test.ts. */
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderLock } from '../../../harness/engine/folder-lock.js';

const folder = mkdtempSync(join(tmpdir(), 'emtdiff-lock-'));
const file = join(folder, 'lock');
/** More than the kernel's largest process number, /proc/sys/kernel/pid_max: 2 ** 22. */
const NOBODY = 2 ** 22 + 1;
const parent = process.ppid;

test('A lock is there while it is held, and leaves nothing behind', () => {
  const lock = FolderLock.take(folder);
  expect(readdirSync(folder)).toEqual(['lock']);
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ['a process that is gone', `${NOBODY} ${hostname()} 1\n`],
  ['a process that is gone, whose number another has now', `${parent} ${hostname()} 1\n`],
  ['this very number: whoever had it is gone', `${process.pid} ${hostname()} 1\n`],
  ['nobody: power was lost before it was written', ''],
])('A lock is taken over from %s', (_, text) => {
  writeFileSync(file, text);
  FolderLock.take(folder).release();
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ['a process that lives, where nothing tells when it started', `${parent}\n`, `process ${parent})`],
  [
    'a process of another machine, of which nobody here can tell',
    `${NOBODY} elsewhere 1\n`,
    `process ${NOBODY} on elsewhere; if that machine is gone, remove "${file}")`,
  ],
])('A lock is not taken from %s', (_, text, holder) => {
  writeFileSync(file, text);
  expect(() => FolderLock.take(folder)).toThrow(
    `${folder}: found a run in progress there (${holder}, expected a folder of one run at a time`,
  );
  expect(existsSync(file)).toBe(true);
  expect(readdirSync(folder)).toEqual(['lock']);
});
