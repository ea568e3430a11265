/** What one model said of one scenario: a packed observation a step, and beside it the value of each successful `read-msr`. */
export class Trace {
  observations: Int32Array;
  /** Two words a step: the halves of a value, 0 where a step has none. */
  values: Int32Array;
  /** The invariants that each step broke, bit n for entry n of the profile's list; null: not judged. */
  broken: Int32Array | null;

  /** @param lasting the invariants that are judged of the state a step left, one bit each; null: the model is not judged */
  constructor(
    steps: number,
    readonly lasting: number | null = null,
  ) {
    this.observations = new Int32Array(steps);
    this.values = new Int32Array(2 * steps);
    this.broken = lasting === null ? null : new Int32Array(steps);
  }

  /** Makes room for a scenario of this many steps. */
  reserve(steps: number): void {
    if (this.observations.length >= steps) return;
    this.observations = new Int32Array(2 * steps);
    this.values = new Int32Array(4 * steps);
    if (this.broken !== null) this.broken = new Int32Array(2 * steps);
  }
}
