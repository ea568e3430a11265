/**
 * The lab as an external model: scenarios in, a real kernel's answers out. An emulator that dies, hangs or talks nonsense is started
 * again and asked again; what fails twice is an `error` that says so. Emulator faults are no model faults: they are counted apart.
 */
import type { Readable, Writable } from 'node:stream';
import { LINE_LIMIT, LineSplitter } from '../external/line-splitter.js';
import { type Message, parseMessage } from '../external/message.js';
import { UsageError } from '../operations/usage-error.js';
import { EmulatedMachine } from './emulated-machine.js';
import type { Emulator, Machine } from './emulator/emulator.js';

export interface ServerOptions {
  readonly emulator: Emulator;
  readonly kernel: Machine['kernel'];
  readonly archive: string;
  /** Null: those of the emulator, one after the other until the kernel starts. */
  readonly cpu: string | null;
  readonly memory: number;
  /** Facts beside the agent's. */
  readonly facts: Readonly<Record<string, string>>;
  /** One line for people. */
  readonly tell: (line: string) => void;
}

interface Case {
  readonly id: unknown;
  readonly scenario: unknown;
  /** The kernel's trace is wanted beside the answer: a question of this lab's own, not of the protocol. */
  readonly trace: boolean;
  failures: number;
}

/** Sent ahead: the agent reads the next scenario while its answer is on the way. */
const WINDOW = 2;
const MOST_STARTS = 3;

function caseOf({ id = null, scenario, trace }: Message): Case {
  return { id, scenario, trace: trace === true, failures: 0 };
}

export class LabServer {
  emulatorFaults = 0;
  answered = 0;
  private machine: EmulatedMachine | null = null;
  private waiting: Case[] = [];
  private readonly inFlight = new Map<number, Case>();
  private lastId = 0;
  private hello: Message | null = null;
  private isHelloDue = false;
  private isStarting = false;
  private isInputOver = false;
  private cpu: string | null = null;
  /** Of the emulator. */
  private version = '';
  private resolve: () => void = () => {};
  private reject: (error: Error) => void = () => {};

  constructor(
    private readonly options: ServerOptions,
    private readonly input: Readable,
    private readonly output: Writable,
  ) {}

  /** Until `bye` or the end of input, when everything asked is answered. @throws {UsageError} if the kernel never gets to the agent */
  serve(): Promise<void> {
    const splitter = new LineSplitter({
      line: (text) => this.onInput(text),
      tooLong: () => this.refuse(null, `a line over ${LINE_LIMIT / 2 ** 20} MiB`),
    });
    this.input.on('data', (chunk: Buffer) => splitter.push(chunk));
    this.input.once('end', () => {
      splitter.end();
      this.onInputOver();
    });
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      this.begin();
    });
  }

  private onInput(text: string | null): void {
    try {
      const message = parseMessage(text, 'stdin');
      if (message.type === 'hello') this.isHelloDue = true;
      else if (message.type === 'run') this.waiting.push(caseOf(message));
      else if (message.type === 'bye') this.onInputOver();
      else this.refuse(message.id ?? null, `${JSON.stringify(message.type)} is no message of the protocol`);
    } catch (error) {
      this.refuse(null, (error as Error).message);
    }
    this.pump();
  }

  private onInputOver(): void {
    this.isInputOver = true;
    this.pump();
  }

  private begin(): void {
    this.isStarting = true;
    this.start().catch(this.reject);
  }

  private async start(): Promise<void> {
    const { emulator, kernel, tell } = this.options;
    this.version ||= await emulator.version();
    const cpus = this.cpu !== null ? [this.cpu] : this.options.cpu !== null ? [this.options.cpu] : emulator.cpus;
    let reason = '';
    for (const cpu of [...cpus, ...Array(MOST_STARTS - 1).fill(cpus[0])]) {
      const from = Date.now();
      const seconds = () => Math.round((Date.now() - from) / 1000);
      const clock = setInterval(() => tell(`Linux ${kernel.release} in ${emulator.name}: starting for ${seconds()} s`), 10_000);
      tell(`Linux ${kernel.release} in ${emulator.name} (${cpu}): starting`);
      const { machine, failure } = await EmulatedMachine.start(emulator, { ...this.options, cpu }, this.listener());
      clearInterval(clock);
      if (failure === null) {
        tell(`Linux ${kernel.release} in ${emulator.name}: ready after ${seconds()} s`);
        this.cpu = cpu;
        this.onStarted(machine);
        return;
      }
      reason = failure;
      tell(`Linux ${kernel.release} in ${emulator.name} (${cpu}): ${failure}`);
      if (this.cpu !== null) this.emulatorFaults++;
    }
    this.reject(
      new UsageError(`lab: found that Linux ${kernel.release} in ${emulator.name} ${reason}, expected it to reach the agent`),
    );
  }

  private onStarted(machine: EmulatedMachine): void {
    this.machine = machine;
    this.isStarting = false;
    machine.send(JSON.stringify({ type: 'hello', protocol: 1 }));
  }

  private listener() {
    return { line: (text: string) => this.onLine(text), ended: (reason: string) => this.onEnded(reason) };
  }

  private onLine(text: string): void {
    let message: Message;
    try {
      message = parseMessage(text, 'the agent');
    } catch {
      // What the first bytes of a serial line leave is dropped; later it is a fault.
      if (this.hello !== null) this.fault(`sent ${JSON.stringify(text.slice(0, 80))}, which is no message`);
      return;
    }
    if (message.type === 'hello') this.onHello(message);
    else this.onAnswer(message);
    this.pump();
  }

  private onHello(message: Message): void {
    const { facts } = this.options;
    const all = { ...(message.facts as object | undefined), emulator: this.version, processor: this.cpu ?? '', ...facts };
    this.hello = { ...message, facts: all };
    this.machine?.expect(Infinity);
  }

  private onAnswer(message: Message): void {
    const found = typeof message.id === 'number' ? this.inFlight.get(message.id) : undefined;
    if (found === undefined) {
      this.fault('answered what it was not asked');
      return;
    }
    this.inFlight.delete(message.id as number);
    this.answered++;
    this.write({ ...message, id: found.id });
    this.machine?.expect(this.inFlight.size > 0 ? this.options.emulator.patience.scenario : Infinity);
  }

  private fault(reason: string): void {
    this.machine?.kill();
    this.onEnded(reason);
  }

  /** What was in flight is asked again, each alone; twice is enough. */
  private onEnded(reason: string): void {
    this.emulatorFaults++;
    this.machine = null;
    this.hello = null;
    this.options.tell(`${this.options.emulator.name} ${reason}`);
    const again: Case[] = [];
    for (const one of this.inFlight.values()) {
      if (++one.failures < 2) again.push(one);
      else this.refuse(one.id, `the emulator ${reason}, twice at this scenario`);
    }
    this.inFlight.clear();
    this.waiting = [...again, ...this.waiting];
    if (this.isDone()) this.finish();
    else if (!this.isStarting) this.begin();
  }

  private pump(): void {
    if (this.hello === null || this.machine === null) return;
    if (this.isHelloDue) {
      this.isHelloDue = false;
      this.write(this.hello);
    }
    while (this.waiting.length > 0 && this.inFlight.size < this.room()) this.send(this.waiting.shift()!);
    if (this.isDone()) this.finish();
  }

  private isDone(): boolean {
    return this.isInputOver && !this.isHelloDue && this.waiting.length + this.inFlight.size === 0;
  }

  private room(): number {
    const isAlone = [...this.inFlight.values(), this.waiting[0]].some(({ failures }) => failures > 0);
    return isAlone ? 1 : WINDOW;
  }

  private send(one: Case): void {
    const id = ++this.lastId;
    this.inFlight.set(id, one);
    this.machine?.expect(this.options.emulator.patience.scenario);
    this.machine?.send(JSON.stringify({ type: 'run', id, ...(one.trace ? { trace: true } : {}), scenario: one.scenario }));
  }

  private refuse(id: unknown, message: string): void {
    this.write({ type: 'error', id, message });
  }

  private write(message: object): void {
    this.output.write(`${JSON.stringify(message)}\n`);
  }

  private finish(): void {
    this.machine?.kill();
    this.machine = null;
    this.input.destroy();
    const { emulator, tell } = this.options;
    tell(`${this.answered} scenarios answered, ${this.emulatorFaults} faults of ${emulator.name}`);
    this.output.write('', () => this.resolve());
  }
}
