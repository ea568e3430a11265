/** The other side of the protocol: a model of ours as an external model, over any pair of streams. */
import type { Readable, Writable } from 'node:stream';
import { OPERATION_NAMES } from '../operations/registry.js';
import { Place, shown, UsageError } from '../operations/usage-error.js';
import type { Answer } from '../run/readable.js';
import { scenarioFrom } from '../scenario/parse.js';
import { objectWith } from '../operations/known-keys.js';
import type { Scenario } from '../scenario/scenario.js';
import { LINE_LIMIT, LineSplitter } from './line-splitter.js';
import { helloLine, type Message, parseMessage, PROTOCOL } from './message.js';

/** What is served. */
export interface Served {
  /** Name of the profile: what the hello gives as name and as profile. */
  readonly profile: string;
  answer(scenario: Scenario): Answer;
}

/** Answers that nobody reads pile up to this many bytes; only then is reading ahead suspended. */
const UNREAD_LIMIT = 64 * 2 ** 20;

/**
 * Serves until `bye` or the end of input; settles when everything asked before is answered and written. Reads on while answers
 * wait to be read, so that a client may first send all and then read. Never fails because of what it reads: a line that it cannot serve
 * is answered by an `error`, with the id of the line where it has one, else with id null.
 */
export function serve(served: Served, input: Readable, output: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    new Server(served, input, output, resolve, reject).start();
  });
}

class Server {
  private isOver = false;
  private readonly splitter = new LineSplitter({
    line: (text) => this.onLine(text),
    tooLong: () => this.refuse(null, `stdin: found a line over ${LINE_LIMIT / 2 ** 20} MiB, expected a shorter one`),
  });

  constructor(
    private readonly served: Served,
    private readonly input: Readable,
    private readonly output: Writable,
    private readonly resolve: () => void,
    private readonly reject: (error: Error) => void,
  ) {}

  start(): void {
    this.input.on('data', (chunk: Buffer) => this.onData(chunk));
    this.input.once('end', () => {
      this.splitter.end();
      this.finish();
    });
    this.input.once('error', this.reject);
  }

  private onData(chunk: Buffer): void {
    this.splitter.push(chunk);
    if (this.output.writableLength <= UNREAD_LIMIT || this.isOver) return;
    this.input.pause();
    this.output.once('drain', () => this.input.resume());
  }

  private onLine(text: string | null): void {
    if (this.isOver) return;
    let id: unknown = null;
    try {
      const message = parseMessage(text, 'stdin');
      id = idOf(message);
      this.onMessage(message);
    } catch (error) {
      // A defect of the model spoils one answer, not the service.
      this.refuse(id, error instanceof UsageError ? error.message : `internal error: ${String(error)}`);
    }
  }

  private onMessage(message: Message): void {
    if (message.type === 'hello') this.onHello(message);
    else if (message.type === 'run') this.onRun(message);
    else if (message.type === 'bye') this.finish();
    else new Place('stdin', '$.type').fail(message.type, '"hello", "run" or "bye"');
  }

  private onHello(message: Message): void {
    const place = new Place('stdin', '$');
    const { protocol } = objectWith(message, ['type', 'protocol', 'name'], place);
    if (protocol !== PROTOCOL) place.at('protocol').fail(protocol, `${PROTOCOL}`);
    const { profile } = this.served;
    this.write(helloLine({ name: profile, profile, operations: new Set(OPERATION_NAMES) }));
  }

  private onRun(message: Message): void {
    if (idOf(message) === null) new Place('stdin', '$.id').fail(message.id, 'a whole number or a string');
    const place = new Place(`run ${shown(message.id)}`, '$');
    const { id, scenario } = objectWith(message, ['type', 'id', 'scenario'], place);
    const { observations, counters } = this.served.answer(scenarioFrom(scenario, place.at('scenario')));
    this.write(JSON.stringify({ type: 'result', id, observations, counters }));
  }

  private refuse(id: unknown, message: string): void {
    this.write(JSON.stringify({ type: 'error', id, message }));
  }

  private write(line: string): void {
    this.output.write(`${line}\n`);
  }

  /** What was asked is answered already; what is written may still be on its way. */
  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.output.write('', () => this.resolve());
    // Otherwise an open stdin would keep the process alive after `bye`.
    this.input.destroy();
  }
}

/** The id that an answer echoes, or null. */
function idOf({ id }: Message): number | string | null {
  return typeof id === 'string' || Number.isSafeInteger(id) ? (id as number | string) : null;
}
