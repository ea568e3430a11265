/** Programs of the machine, run to their end. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UsageError } from '../operations/usage-error.js';

/** Where a program is found on the PATH, or null. */
export function whereIs(program: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

export interface RunOptions {
  readonly cwd?: string;
  /** What the failure is called. */
  readonly what: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Its standard output. @throws {UsageError} where it is missing or fails: the last lines of what it said */
export function run(program: string, args: readonly string[], options: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const environment = { ...process.env, LC_ALL: 'C', ...options.environment };
    execFile(
      program,
      args,
      { cwd: options.cwd, env: environment, maxBuffer: 2 ** 28, encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
        const said = missing ? `no program ${program}` : lastLines(`${stdout}\n${stderr}`);
        reject(new UsageError(`${options.what}: found ${said}, expected ${program} to succeed (see emtdiff lab doctor)`));
      },
    );
  });
}

function lastLines(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-5).join(' | ').slice(-600) || 'nothing said';
}
