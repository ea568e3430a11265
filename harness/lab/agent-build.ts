/** `emtdiff-agent` from its sources: a static program that knows the spans of the profiles. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Profile } from '../../models/contract/model.js';
import { UsageError } from '../operations/usage-error.js';
import { run } from './command.js';
import { sourcesOf } from './package-sources.js';
import { spansHeader } from './spans.js';

export const C_FLAGS = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror'];

/** Writes the program to `out`, whole or not at all. @throws {UsageError} without a C compiler or a static libc */
export async function buildAgent(out: string, profiles: readonly Profile[]): Promise<void> {
  await compile(sourcesOf('agent'), out, { 'spans.h': spansHeader(profiles) }, ['-static']);
}

/** Compiles and links `sources`; `headers` are files that the build makes. */
export async function compile(
  sources: readonly string[],
  out: string,
  headers: Readonly<Record<string, string>>,
  flags: readonly string[],
): Promise<void> {
  const folder = scratch(dirname(resolve(out)));
  try {
    for (const [name, text] of Object.entries(headers)) writeFileSync(join(folder, name), text);
    const built = join(folder, 'built');
    const files = sources.filter((path) => path.endsWith('.c'));
    await run('cc', [...C_FLAGS, ...flags, '-I', folder, '-o', built, ...files], { what: 'cc' });
    renameSync(built, out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder beside what is made, so that it can be moved there in one step. */
export function scratch(parent: string): string {
  try {
    return mkdtempSync(join(parent, '.emtdiff-'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${parent}: found ${code === 'ENOENT' ? 'no such folder' : code}, expected a folder to write to`);
  }
}
