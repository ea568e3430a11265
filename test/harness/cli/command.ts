/** The compiled command line as a child process. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const MAIN = join(__dirname, '../../../dist/harness/cli/main.js');

/** A run of a few cases is over before V8's optimising compiler pays: a third of its processor time, on two cores that tests share. */
export const SHORT_RUN = '--no-opt';

/** Thousands of cases, or what is left of them. */
const isLong = (args: readonly string[]) => args.some((arg) => arg === '--resume' || /^\d{4,}$/.test(arg));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where it runs: by default where the tests do, in their environment. */
export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function emtdiff(args: readonly string[], input = '', { cwd = process.cwd(), env = {} }: Surroundings = {}): Ran {
  const options = { input, cwd, env: { ...process.env, ...env }, encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...(isLong(args) ? [] : [SHORT_RUN]), MAIN, ...args], options);
  return { code: status, stdout, stderr };
}

/**
 * Command lines that end soon and leave nothing behind (help, mistakes), one after the other in one child process: the modules are
 * loaded once. What they read on stdin is empty.
 */
export function emtdiffEach(commands: readonly (readonly string[])[]): Ran[] {
  const each = join(__dirname, 'each.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [SHORT_RUN, each, MAIN], {
    input: JSON.stringify(commands),
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Ran[];
}

/** Starts a command and sends it a signal as soon as its stderr or stdout shows `sign`. */
export function interrupted(args: readonly string[], sign: RegExp, signal: NodeJS.Signals): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args]);
    const texts = { stdout: '', stderr: '' };
    let sent = false;
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        texts[name] += text;
        if (sent || !sign.test(texts[name])) return;
        sent = true;
        child.kill(signal);
      });
    }
    child.on('close', (code) => resolve({ code, ...texts }));
  });
}
