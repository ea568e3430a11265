/** Walks the traces of a case and hands every divergence of every edge on, in the order of steps. */
import { NOT_APPLICABLE, OUTCOME_MASK, UNDEFINED } from '../../models/contract/observation.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { Trace } from '../run/trace.js';
import { agree, type Lens, pairMask } from './lens.js';
import type { Panel } from './panel.js';

/** Called with the lens (index into the comparator's lenses), the edge (index into the panel's) and the step. */
export type OnDivergence = (lens: number, edge: number, step: number) => void;

export class Comparator {
  /** By edge, then lens: the bits that this pair compares. */
  private readonly masks: Int32Array;
  private readonly lensCount: number;
  /** By edge: the bits that any lens compares. */
  private readonly unions: Int32Array;
  /** By operation code: bit n is set if lens n looks at it. */
  private readonly lensesOf: Int32Array;
  private readonly valueLenses: number;
  /** Steps at which an edge's sides differ somehow, in their order. */
  private differing = new Int32Array(128);

  constructor(
    private readonly panel: Panel,
    lenses: readonly Lens[],
  ) {
    const { seats, edges } = panel;
    const masks = edges.map(({ reference, seat }) => lenses.map((lens) => pairMask(lens, seats[reference], seats[seat])));
    this.masks = Int32Array.from(masks.flat());
    this.lensCount = lenses.length;
    this.unions = Int32Array.from(masks, (own) => own.reduce((union, mask) => union | mask, 0));
    this.lensesOf = Int32Array.from(OPERATION_NAMES, (name) => bits(lenses, (lens) => lens.operations.includes(name)));
    this.valueLenses = bits(lenses, (lens) => lens.values);
  }

  /** `traces` in the order of the panel's seats. */
  compare(scenario: EncodedScenario, traces: readonly Trace[], onDivergence: OnDivergence): void {
    for (let edge = 0; edge < this.panel.edges.length; edge++) this.compareEdge(edge, scenario, traces, onDivergence);
  }

  /** One edge of the panel: only the traces of its two seats are read. */
  compareEdge(edge: number, scenario: EncodedScenario, traces: readonly Trace[], onDivergence: OnDivergence): void {
    const { reference, seat } = this.panel.edges[edge];
    const { observations: lefts } = traces[reference];
    const { observations: rights } = traces[seat];
    const count = this.findDiffering(this.unions[edge], scenario.steps, traces[reference], traces[seat]);
    const { differing } = this;
    for (let n = 0; n < count; n++) {
      const step = differing[n];
      const left = lefts[step];
      const right = rights[step];
      if (!isSilent(left) && !isSilent(right)) this.look(edge, step, scenario, traces, onDivergence);
    }
  }

  /**
   * Leaves the steps in `differing` at which bits of the union, or values, differ; returns their number. One step in four does, without a
   * pattern that a processor could predict: hence no branch.
   */
  private findDiffering(union: number, steps: number, left: Trace, right: Trace): number {
    if (this.differing.length < steps) this.differing = new Int32Array(2 * steps);
    const { differing } = this;
    const { observations: lefts, values: leftValues } = left;
    const { observations: rights, values: rightValues } = right;
    let count = 0;
    for (let step = 0; step < steps; step++) {
      const values = (leftValues[2 * step] ^ rightValues[2 * step]) | (leftValues[2 * step + 1] ^ rightValues[2 * step + 1]);
      const difference = ((lefts[step] ^ rights[step]) & union) | values;
      differing[count] = step;
      // The sign of one of them is set unless it is 0.
      count += (difference | (0 - difference)) >>> 31;
    }
    return count;
  }

  /** The lenses that see a difference. */
  private look(edge: number, step: number, { words }: EncodedScenario, traces: readonly Trace[], onDivergence: OnDivergence): void {
    const { reference, seat } = this.panel.edges[edge];
    const a = traces[reference];
    const b = traces[seat];
    for (let rest = this.lensesOf[words[step * STEP_WORDS]]; rest !== 0; rest &= rest - 1) {
      // The lowest bit that is set.
      const lens = 31 - Math.clz32(rest & -rest);
      const readsValues = ((this.valueLenses >> lens) & 1) === 1;
      const differs =
        !agree(a.observations[step], b.observations[step], this.masks[edge * this.lensCount + lens]) ||
        (readsValues && differ(a.values, b.values, 2 * step));
      if (differs) onDivergence(lens, edge, step);
    }
  }
}

function differ(a: Int32Array, b: Int32Array, at: number): boolean {
  return a[at] !== b[at] || a[at + 1] !== b[at + 1];
}

function isSilent(observation: number): boolean {
  const outcome = observation & OUTCOME_MASK;
  return outcome === UNDEFINED || outcome === NOT_APPLICABLE;
}

function bits(lenses: readonly Lens[], predicate: (lens: Lens) => boolean): number {
  return lenses.reduce((set, lens, index) => (predicate(lens) ? set | (1 << index) : set), 0);
}
