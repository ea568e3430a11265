/** A model in another language, as the campaign sees it: scenarios in, answers out, its faults contained. */
import type { OperationName } from '../../models/contract/operation.js';
import { UsageError } from '../operations/usage-error.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Case } from './external-case.js';
import type { ExternalAnswer } from './answer.js';
import { Conversation, type Failure, type Reply } from './conversation.js';
import { type ExternalFault, FaultRecord } from './fault-record.js';
import { DEFAULTS, type ExternalOptions } from './external-options.js';
import type { Hello } from './message.js';
import type { Ending } from './process-group.js';

/**
 * Scenarios are pipelined. When the process fails, those that may have made it fail are retried one by one, each alone in a process of
 * its own, until one fails there too: that one is a fault, the others go on as before, so that a bad case does no harm to its neighbours.
 * Answers are given out in the order of the calls: "in a row" means that order, whatever order the model answers in.
 */
export class ExternalModel {
  /** Processes started after the first one. */
  restarts = 0;
  private readonly limits: Required<ExternalOptions>;
  private readonly record = new FaultRecord();
  private conversation: Conversation | null = null;
  private lastHello: Hello | null = null;
  private isOpening = false;
  private isClosed = false;
  /** Why the first process said no hello: the first case's first failure. */
  private startFailure: string | null = null;
  /** Not sent, in the order of the calls. */
  private waiting: Case[] = [];
  /** Sent, and no reply yet. */
  private readonly sent = new Set<Case>();
  /** Without a result for the caller, in the order of the calls. */
  private unsettled: Case[] = [];
  private calls = 0;
  private isPumpDue = false;

  private constructor(
    readonly name: string,
    private readonly command: string,
    options: ExternalOptions,
  ) {
    this.limits = { ...DEFAULTS, ...options };
  }

  /**
   * Starts `command` by `sh -c`. One that starts but says no proper hello is a fault of the first cases, not of this call.
   * @throws {UsageError} if the command cannot be started (sh exits with 126 or 127 before a hello).
   */
  static async start(name: string, command: string, options: ExternalOptions = {}): Promise<ExternalModel> {
    const model = new ExternalModel(name, command, options);
    const failure = await model.open();
    if (failure?.isNotStarted) {
      throw new UsageError(
        `external model ${name}: ${JSON.stringify(command)} cannot be started (${failure.reason}), expected a command that sh can run`,
      );
    }
    model.startFailure = failure?.reason ?? null;
    return model;
  }

  /** The profile that it claims to be, by its last hello; undefined where that names none or never came. */
  get claims(): string | undefined {
    return this.lastHello?.profile;
  }

  /** The operations of its last hello; empty if none came. */
  get operations(): ReadonlySet<OperationName> {
    return this.lastHello?.operations ?? new Set();
  }

  /** The first hundred, in the order of the calls; `faultCount` counts all. */
  get faults(): readonly ExternalFault[] {
    return this.record.faults;
  }

  get faultCount(): number {
    return this.record.count;
  }

  /** Failures after which the same case was answered: the model fails now and then. */
  get recoveries(): number {
    return this.record.recoveries;
  }

  /** What reports print of it. */
  get facts(): Readonly<Record<string, string>> {
    return this.lastHello?.facts ?? {};
  }

  /** Three faults in a row, or too many failures: it answers `n/a` (null) from then on. */
  get isSetAside(): boolean {
    return this.record.isFull || this.record.count + this.record.recoveries >= this.limits.mostFailures;
  }

  /** Nobody waits for it any more: what is in flight resolves to null at once. */
  abandon(): void {
    this.isClosed = true;
    this.setAside();
  }

  /** Its answer, or null, which is `n/a` in every step: a fault (recorded), or it was set aside or closed. Never rejects. */
  answer(scenario: Scenario): Promise<ExternalAnswer | null> {
    if (this.isDone) return Promise.resolve(null);
    return new Promise((resolve) => {
      const added: Case = { number: this.calls++, scenario, resolve, failure: null, outcome: null };
      this.unsettled.push(added);
      this.waiting.push(added);
      this.pumpSoon();
    });
  }

  /** As `answer`, by a process that was asked nothing before. What is in flight is asked again. */
  async answerAfresh(scenario: Scenario): Promise<ExternalAnswer | null> {
    if (!this.isDone && this.conversation?.isFresh === false) await this.open();
    return this.answer(scenario);
  }

  /** Says bye to an idle process, kills a busy one; what is in flight resolves to null. Settles when the process is gone. */
  async close(): Promise<void> {
    this.isClosed = true;
    const isIdle = this.sent.size === 0 && !this.isOpening;
    this.dismiss();
    await (isIdle ? this.conversation?.finish() : this.conversation?.kill());
  }

  /** The conversation's next process; null if it said hello. */
  private async open(): Promise<Ending | null> {
    this.isOpening = true;
    try {
      await this.conversation?.kill();
      if (this.isClosed) return null;
      this.conversation = new Conversation(this.command, this.limits.timeoutMs, this.limits.onLog);
      const failure = await this.conversation.opened;
      this.lastHello = this.conversation.hello ?? this.lastHello;
      return failure;
    } catch (error) {
      // spawn throws where the system has no room for a process or for so long a command.
      return { reason: `cannot be started: ${(error as Error).message}`, isNotStarted: true };
    } finally {
      this.isOpening = false;
    }
  }

  private async reopen(first: Case): Promise<void> {
    this.restarts++;
    const failure = await this.open();
    if (failure !== null && !this.isDone) this.onFailure(first, { reason: failure.reason, isExplained: false });
    this.pumpSoon();
  }

  /** When the event that is being handled is handled to its end. */
  private pumpSoon(): void {
    if (this.isPumpDue) return;
    this.isPumpDue = true;
    queueMicrotask(() => {
      this.isPumpDue = false;
      this.pump();
    });
  }

  /** Sends what can be sent now. */
  private pump(): void {
    while (this.waiting.length > 0 && !this.isOpening && !this.isDone) {
      const [next] = this.waiting;
      if (next.failure?.isExplained) next.failure = null;
      const isRetry = next.failure !== null;
      if ([...this.sent].some(({ failure }) => failure !== null) || (isRetry && this.sent.size > 0)) return;
      if (this.startFailure !== null) {
        this.onFailure(next, { reason: this.startFailure, isExplained: false });
        this.startFailure = null;
      } else if (!this.conversation?.isOpen || (isRetry && !this.conversation.isFresh)) {
        return void this.reopen(next);
      } else if (this.conversation.span < Math.max(1, this.limits.inFlight)) {
        this.send(next, this.conversation);
      } else return;
    }
  }

  /** Nothing is asked of it any more. */
  private get isDone(): boolean {
    return this.isClosed || this.isSetAside;
  }

  private send(next: Case, conversation: Conversation): void {
    this.waiting.shift();
    this.sent.add(next);
    conversation.send(next.scenario, (reply) => this.onReply(next, reply));
  }

  private onReply(one: Case, reply: Reply): void {
    this.sent.delete(one);
    if (this.isDone) return;
    if (reply.kind === 'answer') {
      if (one.failure !== null) this.record.recovered(one.failure);
      this.conclude(one, { answer: reply.answer });
      if (this.isSetAside) this.setAside();
    } else if (reply.kind === 'failed') this.onFailure(one, reply.failure);
    else this.wait(one);
    this.pumpSoon();
  }

  /** The first failure is retried, the second one is a fault, and clears those that failed the first time with it. */
  private onFailure(one: Case, failure: Failure): void {
    if (one.failure === null) {
      one.failure = failure;
      this.wait(one);
    } else {
      one.failure.isExplained = true;
      // It is still the first in line if it failed before it could be sent.
      if (this.waiting[0] === one) this.waiting.shift();
      this.conclude(one, { fault: failure.reason });
    }
  }

  private wait(one: Case): void {
    if (!this.waiting.includes(one)) this.waiting = [...this.waiting, one].sort((a, b) => a.number - b.number);
  }

  private conclude(one: Case, outcome: NonNullable<Case['outcome']>): void {
    one.outcome = outcome;
    while (this.unsettled.length > 0 && this.unsettled[0].outcome !== null) this.settle(this.unsettled.shift()!);
  }

  private settle({ scenario, resolve, outcome }: Case): void {
    if (outcome !== null && 'answer' in outcome) {
      this.record.answered();
      resolve(outcome.answer);
    } else {
      this.record.add({ message: outcome?.fault ?? '', scenario });
      resolve(null);
      if (this.isSetAside) this.setAside();
    }
  }

  private setAside(): void {
    this.dismiss();
    void this.conversation?.kill();
  }

  /** Nobody gets an answer any more. */
  private dismiss(): void {
    const left = this.unsettled;
    this.unsettled = [];
    this.waiting = [];
    for (const { resolve } of left) resolve(null);
  }
}
