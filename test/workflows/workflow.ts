/** A workflow of GitHub Actions as data, and its steps run on this machine with programs that stand in for the runner's. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAIN, SHORT_RUN } from '../harness/cli/command.js';

// Comes with jest, without types.
const { load } = require('js-yaml') as { load(text: string): unknown };

export const ROOT = join(__dirname, '../..');
export const WORKFLOWS = join(ROOT, '.github/workflows');

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'working-directory'?: string;
}

export interface Job {
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

export const workflowOf = (file: string) => load(readFileSync(join(WORKFLOWS, file), 'utf8')) as Workflow;

export interface StepRun {
  readonly name: string;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine of the runner's: a folder, what stands in for programs, and what expressions mean there. */
export class Runner {
  private readonly bin: string;

  /** @param expressions what stands between `${{` and `}}`, and its value. */
  constructor(
    readonly folder: string,
    private readonly expressions: Readonly<Record<string, string>>,
    private readonly environment: Readonly<Record<string, string>> = {},
  ) {
    this.bin = join(folder, '.bin');
    mkdirSync(this.bin, { recursive: true });
    // `npx emtdiff COMMAND ...`: the compiled tree, and what $EXTRA_COMMAND adds.
    this.program('npx', `shift; extra=EXTRA_$1; exec ${process.execPath} ${SHORT_RUN} ${MAIN} "$@" \${!extra-}`);
    this.program('node', `exec ${process.execPath} "$@"`);
    for (const name of ['output', 'summary']) writeFileSync(join(folder, `.${name}`), '');
  }

  program(name: string, text: string): void {
    writeFileSync(join(this.bin, name), `#!/usr/bin/env bash\n${text}\n`, { mode: 0o755 });
  }

  /** A step as the runner runs it; `shorten` cuts its budgets. */
  run(step: Step, workflow: Workflow, shorten = (text: string) => text): StepRun {
    const values = Object.entries({ ...workflow.env, ...step.env }).map(([key, value]) => [key, this.evaluated(value)] as const);
    const { status, stdout, stderr } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', shorten(step.run as string)], {
      cwd: join(this.folder, step['working-directory'] ?? '.'),
      encoding: 'utf8',
      env: {
        PATH: `${this.bin}:${process.env.PATH}`,
        HOME: this.folder,
        TMPDIR: this.folder,
        GITHUB_ACTIONS: 'true',
        GITHUB_RUN_ID: '77',
        GITHUB_OUTPUT: join(this.folder, '.output'),
        GITHUB_STEP_SUMMARY: join(this.folder, '.summary'),
        ...Object.fromEntries(values),
        ...this.environment,
      },
    });
    return { name: step.name ?? step.id ?? '', code: status, stdout, stderr };
  }

  /** What steps left in $GITHUB_OUTPUT or $GITHUB_STEP_SUMMARY. */
  text(name: 'output' | 'summary'): string {
    return readFileSync(join(this.folder, `.${name}`), 'utf8');
  }

  private evaluated(text: string): string {
    return text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
      const value = this.expressions[expression];
      if (value === undefined) throw new Error(`no value for ${expression}`);
      return value;
    });
  }
}

export const commandsOf = (job: Job, skip: RegExp = /^(npm ci|bash \.ci\/run)$/) =>
  job.steps.filter(({ run }) => run !== undefined && !skip.test(run));
