/** What one model said of one scenario: a packed observation a step, and beside it the value of each successful `read-msr`. */
export class Trace {
  observations: Int32Array;
  /** Two words a step: the halves of a value, 0 where a step has none. */
  values: Int32Array;

  constructor(steps: number) {
    this.observations = new Int32Array(steps);
    this.values = new Int32Array(2 * steps);
  }

  /** Makes room for a scenario of this many steps. */
  reserve(steps: number): void {
    if (this.observations.length >= steps) return;
    this.observations = new Int32Array(2 * steps);
    this.values = new Int32Array(4 * steps);
  }
}
