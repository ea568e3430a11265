/** One life of an external model's process: the hello, then scenarios and answers, until it ends, is ended, or breaks the protocol. */
import { Place, UsageError } from '../operations/usage-error.js';
import { scenarioJson } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';
import { type ExternalAnswer, parseAnswer } from './answer.js';
import { LINE_LIMIT, LineSplitter } from './line-splitter.js';
import { type Hello, helloLine, type Message, parseHello, parseMessage } from './message.js';
import { type Ending, ProcessGroup } from './process-group.js';
import { Silence } from './silence.js';

/** A conversation that broke: one for all scenarios that may have done it. */
export interface Failure {
  readonly reason: string;
  /** One of them is known to have done it. */
  isExplained: boolean;
}

/** What became of one scenario that was sent. */
export type Reply =
  | { readonly kind: 'answer'; readonly answer: ExternalAnswer }
  /** The conversation broke and this scenario may have done it. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** The conversation broke, but another scenario is known to have done it, or `kill` ended it. */
  | { readonly kind: 'interrupted' };

interface Pending {
  readonly scenario: Scenario;
  readonly reply: (reply: Reply) => void;
  /** Arrived, but the chunk that it came in is not read to its end. */
  answer: ExternalAnswer | null;
}

/** How the process is called in what is said of its messages. */
const SENDER = 'its message';

export class Conversation {
  /** Settles with null at its hello, or with the reason why none comes. */
  readonly opened: Promise<Ending | null>;
  private theHello: Hello | null = null;
  private readonly group: ProcessGroup;
  private readonly splitter = new LineSplitter({
    line: (text) => this.onLine(text),
    tooLong: () => this.fail(`sent a line over ${LINE_LIMIT / 2 ** 20} MiB`, null),
  });
  private readonly silence: Silence;
  /** Scenarios in flight by id; ids count up, so the first is the oldest. */
  private readonly inFlight = new Map<number, Pending>();
  private lastId = 0;
  private isOver = false;
  private onOpened: (failure: Ending | null) => void = () => {};

  /**
   * Starts `command` and says hello.
   * @param timeoutMs bounds every silence while something is due, the hello included.
   * @param onLog is called with what it writes to its stderr.
   */
  constructor(command: string, timeoutMs: number, onLog: (text: string) => void) {
    this.opened = new Promise((resolve) => {
      this.onOpened = resolve;
    });
    this.silence = new Silence(timeoutMs, () => this.fail(`hangs: said nothing for ${timeoutMs / 1000} s`, null));
    this.group = new ProcessGroup(command, {
      data: (chunk) => this.onData(chunk),
      log: onLog,
      ended: (ending) => this.onEnded(ending),
    });
    this.silence.restart();
    this.group.write(helloLine());
  }

  /** Null until it said hello. */
  get hello(): Hello | null {
    return this.theHello;
  }

  get isOpen(): boolean {
    return !this.isOver;
  }

  /** Nothing was sent yet: what happens now is nobody's doing but the next scenario's. */
  get isFresh(): boolean {
    return this.lastId === 0;
  }

  get isIdle(): boolean {
    return this.inFlight.size === 0;
  }

  /** How many were sent since the oldest one without an answer, itself included: bounding this bounds how long it can be passed over. */
  get span(): number {
    for (const oldest of this.inFlight.keys()) return this.lastId - oldest + 1;
    return 0;
  }

  /** Sends a scenario; `reply` is called once, not before this returns. */
  send(scenario: Scenario, reply: (reply: Reply) => void): void {
    const id = ++this.lastId;
    this.inFlight.set(id, { scenario, reply, answer: null });
    if (!this.silence.isRunning) this.silence.restart();
    this.group.write(JSON.stringify({ type: 'run', id, scenario: scenarioJson(scenario) }));
  }

  /** Says bye and waits for the process to end, for a second at most. Only for an idle conversation. */
  async finish(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    this.silence.stop();
    this.group.write(JSON.stringify({ type: 'bye' }));
    await this.group.finish();
  }

  /** Ends it at once: what is in flight is interrupted. Settles when the process is gone. */
  async kill(): Promise<void> {
    this.endWith({ reason: 'was closed', isNotStarted: false }, () => ({ kind: 'interrupted' }));
    await this.group.gone();
  }

  private onData(chunk: Buffer): void {
    if (this.isOver) return;
    this.splitter.push(chunk);
    if (!this.isOver) this.deliver();
  }

  private onLine(text: string | null): void {
    if (this.isOver) return;
    let blamed: number | null = null;
    try {
      const message = parseMessage(text, SENDER);
      blamed = this.idInFlight(message);
      this.onMessage(message, blamed);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.fail(error.message, blamed);
    }
  }

  private onMessage(message: Message, id: number | null): void {
    const place = new Place(SENDER, '$');
    if (this.theHello === null) {
      this.theHello = parseHello(message, place);
      return;
    }
    if (message.type !== 'result' && message.type !== 'error') place.at('type').fail(message.type, '"result" or "error"');
    const pending = this.inFlight.get(id ?? 0) ?? place.at('id').fail(message.id, 'the id of a scenario that has no answer yet');
    if (pending.answer !== null) place.at('id').fail(id, 'one answer to each scenario');
    if (message.type === 'error') {
      this.fail(`answered with an error: ${errorText(message, place)}`, id);
    } else {
      pending.answer = parseAnswer(message, pending.scenario, this.theHello.operations, place);
      this.silence.restart();
    }
  }

  private idInFlight({ id }: Message): number | null {
    return typeof id === 'number' && this.inFlight.has(id) ? id : null;
  }

  /** Hands over what arrived, once the chunk that brought it is read and nothing in it broke the protocol. */
  private deliver(): void {
    for (const [id, { reply, answer }] of this.inFlight) {
      if (answer === null) continue;
      this.inFlight.delete(id);
      reply({ kind: 'answer', answer });
    }
    if (this.theHello !== null) this.onOpened(null);
    if (this.theHello !== null && this.inFlight.size === 0) this.silence.stop();
  }

  private onEnded(ending: Ending): void {
    const where = this.splitter.isInsideLine ? ', in the middle of a line' : '';
    this.fail(`${ending.reason}${where}`, null, ending.isNotStarted);
  }

  /** The process is at fault. `blamed` is the scenario that it is known to be at fault for; null: any of those in flight. */
  private fail(what: string, blamed: number | null, isNotStarted = false): void {
    const reason = `${what}${this.group.log.clause}`;
    const failed: Reply = { kind: 'failed', failure: { reason, isExplained: false } };
    if (blamed !== null) this.deliverAllBut(blamed);
    this.endWith({ reason, isNotStarted }, (id) => (blamed === null || blamed === id ? failed : { kind: 'interrupted' }));
  }

  private deliverAllBut(blamed: number): void {
    const pending = this.inFlight.get(blamed);
    if (pending !== undefined) pending.answer = null;
    this.deliver();
  }

  private endWith(ending: Ending, replyTo: (id: number) => Reply): void {
    if (this.isOver) return;
    this.isOver = true;
    this.silence.stop();
    this.group.kill();
    this.onOpened(ending);
    const left = [...this.inFlight];
    this.inFlight.clear();
    for (const [id, { reply }] of left) reply(replyTo(id));
  }
}

function errorText({ message }: Message, place: Place): string {
  return typeof message === 'string' ? JSON.stringify(message.slice(0, 500)) : place.at('message').fail(message, 'a string');
}
