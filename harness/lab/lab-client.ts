/** The asking side of a lab in this process: scenarios in order, answers as they come. */
import { PassThrough } from 'node:stream';
import { LineSplitter } from '../external/line-splitter.js';
import { type Backing, BACKING_NAMES } from '../../models/contract/machine.js';
import { scenarioJson } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';
import type { LiveAnswer } from './answer-difference.js';
import { LabServer, type ServerOptions } from './lab-server.js';
import type { Reach } from './scope.js';

export interface LabHello {
  readonly name: string;
  readonly profile?: string;
  readonly operations: readonly string[];
  readonly facts: Readonly<Record<string, string>>;
}

/** An answer, or why there is none. */
export type Reply = { readonly answer: LiveAnswer } | { readonly error: string };

export class LabClient {
  private readonly input = new PassThrough();
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private lastId = 0;
  private onHello: (hello: LabHello) => void = () => {};
  readonly server: LabServer;
  private readonly served: Promise<void>;

  constructor(options: ServerOptions) {
    const output = new PassThrough();
    const splitter = new LineSplitter({ line: (text) => this.onLine(text ?? ''), tooLong: () => {} });
    output.on('data', (chunk: Buffer) => splitter.push(chunk));
    this.server = new LabServer(options, this.input, output);
    this.served = this.server.serve();
  }

  /** @throws {UsageError} if the kernel never gets to the agent */
  async hello(): Promise<LabHello> {
    const hello = new Promise<LabHello>((resolve) => {
      this.onHello = resolve;
    });
    this.write({ type: 'hello', protocol: 1 });
    // A lab that fails to start never says hello.
    return Promise.race([hello, this.served.then(() => hello)]);
  }

  /** @param trace with the kernel's own text of what happened */
  ask(scenario: Scenario, trace = false): Promise<Reply> {
    const id = ++this.lastId;
    this.write({ type: 'run', id, ...(trace ? { trace } : {}), scenario: scenarioJson(scenario) });
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  async close(): Promise<void> {
    this.write({ type: 'bye' });
    await this.served;
  }

  private write(message: object): void {
    this.input.write(`${JSON.stringify(message)}\n`);
  }

  private onLine(text: string): void {
    const message = JSON.parse(text) as Record<string, unknown>;
    if (message.type === 'hello') {
      this.onHello(message as unknown as LabHello);
      return;
    }
    const resolve = this.waiting.get(message.id as number);
    this.waiting.delete(message.id as number);
    resolve?.(message.type === 'result' ? { answer: message as unknown as LiveAnswer } : { error: String(message.message) });
  }
}

/** What a kernel that said hello can be asked. A backing that its self-check withheld stands in its facts. */
export function reachOf(hello: LabHello): Reach {
  const { facts } = hello;
  const backings = BACKING_NAMES.flatMap((name, index) => (facts[name] === undefined ? [index as Backing] : []));
  return {
    operations: new Set(hello.operations),
    addressBits: Number(facts.physicalAddressBits),
    selfSnoop: facts.ept === undefined ? null : facts.selfSnoop === 'Y',
    backings: new Set(backings),
    executesDevices: facts.deviceExecute === undefined,
  };
}
