/** Swarm: each case draws its own subset of the operations that it may hold, and then picks among them by weight. */
import type { Machine } from '../../models/contract/machine.js';
import type { Random } from '../operations/random.js';
import type { AnyOperationSpec } from '../operations/registry.js';
import { type FeatureSet, IN_EVERY_PANEL } from './feature-set.js';
import { allows, type Scope } from './scope.js';
import type { Streams } from './streams.js';

export class OperationChoice {
  /** By operation code: the weights of those in the case up to and with it. */
  private readonly sums: Int32Array;
  private total = 0;
  private readonly isInEveryPanel: readonly boolean[];

  constructor(
    private readonly specs: readonly AnyOperationSpec[],
    private readonly scope: Scope | null,
    /** Where the streams of operations begin. */
    private readonly firstStream: number,
  ) {
    this.sums = new Int32Array(specs.length);
    this.isInEveryPanel = specs.map(({ op }) => IN_EVERY_PANEL.has(op));
  }

  /** The subset of a case: each operation asks its own stream. */
  draw(machine: Machine, features: FeatureSet, streams: Streams): void {
    let total = 0;
    for (let code = 0; code < this.specs.length; code++) {
      const { op, weight, needs, inEveryCase } = this.specs[code];
      const isKnown =
        needs === undefined ? this.isInEveryPanel[code] || features.operations.includes(op) : needs(machine, features);
      if (weight > 0 && isKnown && this.mayHold(code)) {
        const isIn = streams.at(this.firstStream + code).chance(112) || inEveryCase === true;
        if (isIn) total += weight;
      }
      this.sums[code] = total;
    }
    this.total = total;
  }

  /** An operation of the subset. */
  pick(random: Random): number {
    const { sums } = this;
    const choice = random.below(this.total);
    let code = 0;
    while (sums[code] <= choice) code++;
    return code;
  }

  /** Whether the scope has the operation. */
  mayHold(code: number): boolean {
    return this.scope === null || allows(this.scope, this.specs[code].op);
  }
}
