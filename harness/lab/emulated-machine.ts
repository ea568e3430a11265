/** One life of an emulator: from its start, through the agent's hello, to its end, whoever ends it. Nothing of it is left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineSplitter } from '../external/line-splitter.js';
import type { Emulator, Launch, Machine } from './emulator/emulator.js';

export interface MachineListener {
  line(text: string): void;
  /** Called at most once, and not after `kill`. */
  ended(reason: string): void;
}

const READY = 'emtdiff-agent: ready';
const REFUSAL = /^emtdiff-agent: (?!ready)(.*)$/m;
const LOOK_MS = 200;

/** Machines that live: killed if this process exits before it ended them. */
const living = new Set<EmulatedMachine>();
process.on('exit', () => {
  for (const machine of living) machine.kill();
});

export class EmulatedMachine {
  private child: ChildProcess | null = null;
  private socket: Socket | null = null;
  private isOver = false;
  private console = '';
  private consoleAt = 0;
  private onReady: (failure: string | null) => void = () => {};
  private readonly look: NodeJS.Timeout;
  private readonly splitter = new LineSplitter({
    line: (text) => this.onLine(text),
    tooLong: () => this.end('sent a line that is too long'),
  });
  private isReady = false;
  private lastSign = Date.now();
  private patience: number;

  private constructor(
    private readonly emulator: Emulator,
    private readonly launch: Launch,
    private readonly folder: string,
    private readonly listener: MachineListener,
  ) {
    this.patience = emulator.patience.start;
    this.look = setInterval(() => this.onLook(), LOOK_MS);
    living.add(this);
  }

  /** Settles when the agent is ready, or with the reason why it never will be. */
  static async start(
    emulator: Emulator,
    machine: Machine,
    listener: MachineListener,
  ): Promise<{ machine: EmulatedMachine; failure: string | null }> {
    const folder = mkdtempSync(join(tmpdir(), 'emtdiff-lab-'));
    const launch = await emulator.launch(machine, folder);
    const started = new EmulatedMachine(emulator, launch, folder, listener);
    const failure = await started.open();
    return { machine: started, failure };
  }

  private open(): Promise<string | null> {
    return new Promise((resolve) => {
      this.onReady = resolve;
      const log = openSync(join(this.folder, 'emulator.txt'), 'w');
      // The kernel kills the emulator if this process is killed: nothing is left running.
      const args = ['--pdeathsig', 'KILL', '--', this.launch.program, ...this.launch.args];
      this.child = spawn('setpriv', args, { stdio: ['ignore', log, log], cwd: this.folder });
      closeSync(log);
      this.child.once('error', (error) => this.end(`cannot be started: ${error.message}`));
      this.child.once('exit', (code, signal) => this.end(`ended: ${signal ?? `exit code ${code}`}`));
      this.connect();
    });
  }

  /** The port is there when the emulator made it; Bochs starts its processor only then. */
  private connect(): void {
    if (this.isOver) return;
    const { socket: place } = this.launch;
    const socket = 'path' in place ? connect(place.path) : connect(place.port, place.host);
    socket.once('error', () => {
      socket.destroy();
      if (this.socket === null || this.socket === socket) setTimeout(() => this.connect(), LOOK_MS);
    });
    socket.once('connect', () => {
      this.socket = socket;
      socket.setNoDelay(true);
    });
    socket.on('data', (chunk: Buffer) => {
      this.lastSign = Date.now();
      if (this.isReady && !this.isOver) this.splitter.push(chunk);
    });
  }

  /** One message for the agent. From now on an answer is due. */
  send(line: string): void {
    this.lastSign = Date.now();
    this.socket?.write(`${line}\n`);
  }

  /** How long it may now be silent, in milliseconds; Infinity: nothing is asked of it. */
  expect(patience: number): void {
    this.patience = patience;
    this.lastSign = Date.now();
  }

  /** Ends it at once. */
  kill(): void {
    if (this.isOver) return;
    this.isOver = true;
    living.delete(this);
    clearInterval(this.look);
    this.socket?.destroy();
    this.child?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private onLine(text: string | null): void {
    if (text === null) this.end('sent garbage');
    else this.listener.line(text);
  }

  private onLook(): void {
    this.readConsole();
    const panic = /^.*Kernel panic.*$/m.exec(this.console);
    const refusal = REFUSAL.exec(this.console);
    if (panic !== null) this.end(panic[0].trim());
    else if (refusal !== null && !this.isReady) this.end(refusal[1].trim());
    else if (!this.isReady && this.socket !== null && this.console.includes(READY)) this.onReadyNow();
    else if (Date.now() - this.lastSign > this.patience) this.end(`said nothing for ${Math.round(this.patience / 1000)} s`);
  }

  private onReadyNow(): void {
    this.isReady = true;
    this.expect(this.emulator.patience.scenario);
    this.onReady(null);
  }

  private readConsole(): void {
    try {
      const file = openSync(this.launch.console, 'r');
      const chunk = Buffer.alloc(65_536);
      for (let got = 1; got > 0; this.consoleAt += got) {
        got = readSync(file, chunk, 0, chunk.length, this.consoleAt);
        this.console = (this.console + chunk.toString('latin1', 0, got)).slice(-20_000);
      }
      closeSync(file);
    } catch {
      // Not made yet.
    }
  }

  private end(reason: string): void {
    if (this.isOver) return;
    this.readConsole();
    const said = this.lastWords();
    this.kill();
    const whole = said === '' ? reason : `${reason} (${said})`;
    if (this.isReady) this.listener.ended(whole);
    else this.onReady(whole);
  }

  /** The last lines of the console, else of the emulator itself. */
  private lastWords(): string {
    const refusal = REFUSAL.exec(this.console);
    if (refusal !== null) return refusal[1].trim();
    const own = () => {
      try {
        return readFileSync(join(this.folder, 'emulator.txt'), 'latin1');
      } catch {
        return '';
      }
    };
    const panic = /exiting with the following message:\s*(.*)/.exec(own());
    if (panic !== null) return panic[1].trim();
    const text = this.console.trim() === '' ? own() : this.console;
    return text
      .split(/[\r\n]+/)
      .filter((line) => line.trim() !== '')
      .slice(-2)
      .join(' | ')
      .slice(-300);
  }
}
