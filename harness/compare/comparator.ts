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
  /** By lens and edge: the bits that this pair compares. */
  private readonly masks: readonly Int32Array[];
  /** By edge: the bits that any lens compares. */
  private readonly unions: Int32Array;
  /** By operation code: bit n is set if lens n looks at it. */
  private readonly lensesOf: Int32Array;
  private readonly valueLenses: number;

  constructor(
    private readonly panel: Panel,
    lenses: readonly Lens[],
  ) {
    const { seats, edges } = panel;
    this.masks = lenses.map((lens) =>
      Int32Array.from(edges, ({ reference, seat }) => pairMask(lens, seats[reference], seats[seat])),
    );
    this.unions = Int32Array.from(edges, (_, edge) => this.masks.reduce((union, masks) => union | masks[edge], 0));
    this.lensesOf = Int32Array.from(OPERATION_NAMES, (name) => bits(lenses, (lens) => lens.operations.includes(name)));
    this.valueLenses = bits(lenses, (lens) => lens.values);
  }

  /** `traces` in the order of the panel's seats. */
  compare(scenario: EncodedScenario, traces: readonly Trace[], onDivergence: OnDivergence): void {
    for (let edge = 0; edge < this.panel.edges.length; edge++) this.compareEdge(edge, scenario, traces, onDivergence);
  }

  /** One edge of the panel: only the traces of its two seats are read. */
  compareEdge(edge: number, scenario: EncodedScenario, traces: readonly Trace[], onDivergence: OnDivergence): void {
    const { lensesOf, valueLenses } = this;
    const union = this.unions[edge];
    const { reference, seat } = this.panel.edges[edge];
    const { observations: lefts, values: leftValues } = traces[reference];
    const { observations: rights, values: rightValues } = traces[seat];
    const { words, steps } = scenario;
    for (let step = 0, at = 0; step < steps; step++, at += STEP_WORDS) {
      const looking = lensesOf[words[at]];
      const left = lefts[step];
      const right = rights[step];
      const valuesDiffer = (looking & valueLenses) !== 0 && differ(leftValues, rightValues, 2 * step);
      if (((left ^ right) & union) === 0 && !valuesDiffer) continue;
      if (isSilent(left) || isSilent(right)) continue;
      for (let rest = looking; rest !== 0; rest &= rest - 1) {
        // The lowest bit that is set.
        const lens = 31 - Math.clz32(rest & -rest);
        const differs = !agree(left, right, this.masks[lens][edge]) || (valuesDiffer && ((valueLenses >> lens) & 1) === 1);
        if (differs) onDivergence(lens, edge, step);
      }
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
