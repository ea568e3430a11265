/** A copy of the built package in which one file at a time is a mutant, and what the package's own checks say of it. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { transformSync } from '@swc/core';
import type { MutantTask } from './regress-worker.js';
import type { Mutant } from './sites.js';

/** What a check said: `killed`, with the first line that says why, or null: it saw nothing. */
export type Verdict = string | null;

const SECONDS = 60;

export class Workshop {
  private readonly folder = mkdtempSync(join(tmpdir(), 'emtdiff-mutants-'));
  private worker: Worker | null = null;
  private tasks = 0;

  /** @param root the repository, built */
  constructor(private readonly root: string) {
    for (const part of ['dist', 'corpora', 'package.json']) cpSync(join(root, part), join(this.folder, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** Runs `check` while the file is the mutant. */
  async with<T>(mutant: Mutant, check: () => T | Promise<T>): Promise<T> {
    const built = join(this.folder, 'dist', mutant.file.replace(/\.ts$/, '.js'));
    const original = readFileSync(built, 'utf8');
    writeFileSync(built, compiled(mutated(readFileSync(join(this.root, mutant.file), 'utf8'), mutant)));
    try {
      return await check();
    } finally {
      writeFileSync(built, original);
    }
  }

  /** What `emtdiff regress` sees of the mutant. */
  regress(mutant: Mutant): Promise<Verdict> {
    const [, family, ...rest] = mutant.file.split('/');
    const file = rest.join('/').replace(/\.ts$/, '.js');
    const code = compiled(mutated(readFileSync(join(this.root, mutant.file), 'utf8'), mutant));
    const task: MutantTask = { number: this.tasks++, family, file, code };
    const worker =
      this.worker ?? new Worker(new URL('./regress-worker.js', import.meta.url), { workerData: { package: this.folder } });
    this.worker = worker;
    return new Promise((resolve) => {
      const end = (verdict: Verdict) => {
        clearTimeout(late);
        worker.off('message', end).off('error', fail);
        resolve(verdict);
      };
      const replaced = (verdict: Verdict) => {
        this.worker = null;
        void worker.terminate().then(() => end(verdict));
      };
      const fail = (error: Error) => replaced(`fails: ${error.message}`);
      const late = setTimeout(() => replaced(`it did not end within ${SECONDS} s`), SECONDS * 1000);
      worker.on('message', end).on('error', fail);
      worker.postMessage(task);
    });
  }

  /** `emtdiff` with these arguments: killed where it ends otherwise than with exit code 0, or does not end. */
  run(...args: readonly string[]): Verdict {
    const { status, stdout, stderr, error } = spawnSync(
      process.execPath,
      [join(this.folder, 'dist/harness/cli/main.js'), ...args],
      {
        cwd: this.folder,
        encoding: 'utf8',
        timeout: SECONDS * 1000,
        maxBuffer: 1 << 28,
      },
    );
    if (error !== undefined) return `it did not end within ${SECONDS} s`;
    if (status === 0) return null;
    return `exit ${status}: ${(stdout + stderr).split('\n').find((line) => line.trim() !== '') ?? ''}`.slice(0, 160);
  }

  /** The test suite's own tests of a folder, on a copy of the sources with the mutant in it. */
  jest(mutant: Mutant, paths: readonly string[]): Verdict {
    const copy = join(this.folder, 'sources');
    if (!existsSync(copy)) {
      mkdirSync(copy);
      for (const part of ['models', 'harness', 'test', 'corpora', 'package.json', 'jest.config.cjs', 'tsconfig.json', 'dist'])
        cpSync(join(this.root, part), join(copy, part), { recursive: true });
      symlinkSync(join(this.root, 'node_modules'), join(copy, 'node_modules'));
    }
    const path = join(copy, mutant.file);
    const original = readFileSync(path, 'utf8');
    writeFileSync(path, mutated(original, mutant));
    const jest = join(this.root, 'node_modules/jest/bin/jest.js');
    // No build: type errors of a mutant are no finding, and the tests of models do not run the command line.
    const args = [jest, '--globalSetup=', '-w', '1', '--bail', ...paths];
    const { status } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', timeout: 10 * SECONDS * 1000 });
    writeFileSync(path, original);
    return status === 0 ? null : 'the test suite fails';
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
    unlinkSync(join(this.folder, 'node_modules'));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function mutated(text: string, { start, end, to }: Mutant): string {
  return text.slice(0, start) + to + text.slice(end);
}

function compiled(text: string): string {
  return transformSync(text, {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' }, transform: { verbatimModuleSyntax: true } },
    module: { type: 'es6' },
  }).code;
}
