/** The faults of an external model, and when they are too many. */
import type { Scenario } from '../scenario/scenario.js';

/** A scenario on which the model failed twice. */
export interface ExternalFault {
  readonly message: string;
  readonly scenario: Scenario;
}

/** After so many cases in a row at fault the model is set aside. */
const FAULTS_IN_A_ROW = 3;
/** Faults kept in full, so that memory stays flat; those after them are counted. */
const FAULTS_KEPT = 100;

export class FaultRecord {
  /** All of them. */
  count = 0;
  /** The first hundred. */
  readonly faults: ExternalFault[] = [];
  /** Failures after which the same case was answered. */
  recoveries = 0;
  private inARow = 0;
  private readonly recoveredFrom = new WeakSet<object>();

  add(fault: ExternalFault): void {
    this.count++;
    this.inARow++;
    if (this.faults.length < FAULTS_KEPT) this.faults.push(fault);
  }

  /** One failure may be that of several cases in flight: it counts once. */
  recovered(failure: object): void {
    if (this.recoveredFrom.has(failure)) return;
    this.recoveredFrom.add(failure);
    this.recoveries++;
  }

  /** A case that was answered stands between the faults before it and those after it. */
  answered(): void {
    this.inARow = 0;
  }

  get isFull(): boolean {
    return this.inARow >= FAULTS_IN_A_ROW;
  }
}
