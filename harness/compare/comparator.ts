/** Walks the traces of a case and hands every divergence of every edge on, in the order of steps. */
import { DETAIL_MASK, OUTCOME_MASK } from '../../models/contract/observation.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { Trace } from '../run/trace.js';
import { abstains, agree, besideDiffers, type Lens, looksAt, pairMask } from './lens.js';
import type { Panel } from './panel.js';
import { Silence } from './silence.js';

/** What tells a silent answer from another. */
const SILENCE_MASK = OUTCOME_MASK | DETAIL_MASK;

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
  /** By edge: bit n is set if lens n compares its sides at all. */
  private readonly lensesOn: Int32Array;
  /** By operation code: bit n is set if lens n looks at nothing but what stands beside the answer. */
  private readonly besideOnly: Int32Array;
  private readonly silence: Silence;
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
    this.silence = new Silence(panel);
    this.unions = Int32Array.from(masks, (own, edge) =>
      own.reduce((union, mask) => union | mask, this.silence.isBetweenKin(edge) ? SILENCE_MASK : 0),
    );
    this.lensesOn = Int32Array.from(edges, ({ reference, seat }) =>
      bits(lenses, (lens) => looksAt(lens, seats[reference], seats[seat])),
    );
    this.besideOnly = Int32Array.from(OPERATION_NAMES, (name) => bits(lenses, (lens) => lens.besideOnly?.includes(name) ?? false));
    this.lensesOf = Int32Array.from(OPERATION_NAMES, (name) =>
      bits(lenses, ({ operations, besideOnly = [] }) => operations.includes(name) || besideOnly.includes(name)),
    );
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
      if (!abstains(left) && !abstains(right)) this.look(edge, step, scenario, traces, onDivergence);
      else if (this.silence.hidesFault(edge, step, scenario, left, right)) this.tell(edge, step, scenario, onDivergence);
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

  /** A silence that tells a fault shows in every lens that looks at the step. */
  private tell(edge: number, step: number, { words }: EncodedScenario, onDivergence: OnDivergence): void {
    const code = words[step * STEP_WORDS];
    for (let rest = this.lensesOf[code] & this.lensesOn[edge] & ~this.besideOnly[code]; rest !== 0; rest &= rest - 1)
      onDivergence(31 - Math.clz32(rest & -rest), edge, step);
  }

  /** The lenses that see a difference. */
  private look(edge: number, step: number, { words }: EncodedScenario, traces: readonly Trace[], onDivergence: OnDivergence): void {
    const { reference, seat } = this.panel.edges[edge];
    const a = traces[reference];
    const b = traces[seat];
    const code = words[step * STEP_WORDS];
    for (let rest = this.lensesOf[code] & this.lensesOn[edge]; rest !== 0; rest &= rest - 1) {
      // The lowest bit that is set.
      const lens = 31 - Math.clz32(rest & -rest);
      const readsValues = ((this.valueLenses >> lens) & 1) === 1;
      const differs =
        (((this.besideOnly[code] >> lens) & 1) === 0 &&
          !agree(a.observations[step], b.observations[step], this.masks[edge * this.lensCount + lens])) ||
        (readsValues && differ(a, b, step));
      if (differs) onDivergence(lens, edge, step);
    }
  }
}

function differ(
  { observations: lefts, values: left }: Trace,
  { observations: rights, values: right }: Trace,
  step: number,
): boolean {
  const at = 2 * step;
  return besideDiffers(lefts[step], rights[step], left[at], left[at + 1], right[at], right[at + 1]);
}

function bits(lenses: readonly Lens[], predicate: (lens: Lens) => boolean): number {
  return lenses.reduce((set, lens, index) => (predicate(lens) ? set | (1 << index) : set), 0);
}
