/** An external model's command as a process group of its own, so that it can be killed whole, whatever it forked. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { LogTail } from './log-tail.js';

/** How long a process that ended half way (its pipe but not itself, or the reverse) or was told `bye` may take to end whole. */
const GRACE_MS = 1000;

/** What sh exits with where the command was not found (127) or is no program (126). */
const NOT_STARTED_CODES = [126, 127];

/** How a process came to its end, other than by `kill`. */
export interface Ending {
  /** `died: exit code 3`, `died: killed by SIGSEGV`, `closed its stdout, but goes on running`. */
  readonly reason: string;
  /** The command could not be started at all. */
  readonly isNotStarted: boolean;
}

export interface ProcessListener {
  data(chunk: Buffer): void;
  /** What it writes to its stderr. */
  log(text: string): void;
  /** Called at most once, and not after `kill`; no data comes after it. */
  ended(ending: Ending): void;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Groups that live: killed if this process exits before it closed them. */
const living = new Set<ProcessGroup>();
const killLiving = () => {
  for (const group of living) group.kill();
};

/** What ends a process from outside, and the exit code that a shell expects then. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Where nobody else handles the signal, this process ends, and its groups with it: they are detached, and would outlive it. */
function onSignal(signal: keyof typeof SIGNALS): void {
  if (process.listenerCount(signal) > 1) return;
  killLiving();
  process.exit(SIGNALS[signal]);
}

const SIGNAL_NAMES = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];

export class ProcessGroup {
  readonly log = new LogTail();
  /** Settles when the leader is gone, or could not be started. */
  private readonly exited: Promise<void>;
  private readonly child: Child;
  private isOver = false;
  private isGroupKilled = false;
  private ending: Ending | null = null;
  private isOutputOver = false;
  private grace: NodeJS.Timeout | null = null;

  /** Runs `command` by `sh -c`. */
  constructor(
    command: string,
    private readonly listener: ProcessListener,
  ) {
    // Before it runs: a signal that comes meanwhile has to find it.
    this.enlist();
    try {
      this.child = spawn('sh', ['-c', command], { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    } catch (error) {
      this.delist();
      throw error;
    }
    this.exited = new Promise((resolve) => {
      this.child.once('exit', () => resolve());
      this.child.once('error', () => resolve());
    });
    this.listen();
  }

  /** Hands a line to the process; what it does not read yet is kept here, so a sender has to bound what it sends ahead. */
  write(line: string): void {
    if (this.isOver) return;
    this.gather();
    this.child.stdin?.write(`${line}\n`);
  }

  /** Lines written in one go are one system call. */
  private gather(): void {
    const { stdin } = this.child;
    if (stdin === null || stdin.writableCorked > 0) return;
    stdin.cork();
    process.nextTick(() => stdin.uncork());
  }

  /** No input comes any more: waits for the leader to end by itself, a second at most, then kills what is left of the group. */
  async finish(): Promise<void> {
    this.child.stdin?.end();
    await this.gone();
    this.kill();
    await this.gone();
  }

  /** Kills the whole group at once and lets go of its pipes: whoever still holds them elsewhere keeps nobody waiting. */
  kill(): void {
    this.isOver = true;
    if (this.grace !== null) clearTimeout(this.grace);
    this.killGroup();
    for (const pipe of [this.child.stdin, this.child.stdout, this.child.stderr]) pipe?.destroy();
    this.delist();
  }

  /** Settles when the leader is gone; after a second in any case, should the kernel not let go of it. */
  async gone(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GRACE_MS);
    });
    await Promise.race([this.exited, grace]);
    clearTimeout(timer);
  }

  private listen(): void {
    const { child } = this;
    child.once('error', (error) => this.end({ reason: `cannot be started: ${error.message}`, isNotStarted: true }));
    child.once('exit', (code, signal) => this.onExit(code, signal));
    child.stdout?.on('data', (chunk: Buffer) => {
      if (!this.isOver) this.listener.data(chunk);
    });
    child.stdout?.once('close', () => {
      this.isOutputOver = true;
      this.endsHalf('closed its stdout, but goes on running');
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.log.push(chunk);
      this.listener.log(chunk.toString('utf8'));
    });
    child.stdin?.on('error', () => this.endsHalf('closed its stdin, but goes on running'));
    for (const pipe of [child.stdout, child.stderr]) pipe?.on('error', () => {});
  }

  private onExit(code: number | null, signal: string | null): void {
    // What the leader forked is of no use without it, and may hold the pipes open.
    this.killGroup();
    this.ending = {
      reason: `died: ${signal === null ? `exit code ${code}` : `killed by ${signal}`}`,
      isNotStarted: code !== null && NOT_STARTED_CODES.includes(code),
    };
    this.endsHalf(this.ending.reason);
  }

  /** The exit and the end of the output come in either order. The second one ends it, or the grace, if a stray process holds the pipe. */
  private endsHalf(reason: string): void {
    if (this.isOver) return;
    if (this.ending !== null && this.isOutputOver) this.end(this.ending);
    else this.grace ??= setTimeout(() => this.end(this.ending ?? { reason, isNotStarted: false }), GRACE_MS);
  }

  private end(ending: Ending): void {
    if (this.isOver) return;
    this.kill();
    this.listener.ended(ending);
  }

  private killGroup(): void {
    const { pid } = this.child;
    // Once only: the number of a group that is gone may belong to somebody else.
    if (pid === undefined || this.isGroupKilled) return;
    this.isGroupKilled = true;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // ESRCH: the group has no member left.
    }
  }

  private enlist(): void {
    if (living.size === 0) {
      process.on('exit', killLiving);
      for (const signal of SIGNAL_NAMES) process.on(signal, onSignal);
    }
    living.add(this);
  }

  private delist(): void {
    living.delete(this);
    if (living.size > 0) return;
    process.removeListener('exit', killLiving);
    for (const signal of SIGNAL_NAMES) process.removeListener(signal, onSignal);
  }
}
