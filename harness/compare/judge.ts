/** Hands on what the models of a case broke: the invariants that their profiles state. */
import type { Trace } from '../run/trace.js';
import type { Edge, Panel } from './panel.js';

/** Called with the edge (index into the panel's), the invariant (index into the profile's list) and the step at which it broke. */
export type OnBroken = (edge: number, invariant: number, step: number) => void;

/** The edge of a seat that is judged by its own invariants. */
export function isJudged({ reference, seat }: Edge): boolean {
  return reference === seat;
}

export class Judge {
  /** Edges of the panel that are judged. */
  private readonly judged: readonly number[];

  constructor(private readonly panel: Panel) {
    this.judged = panel.edges.flatMap((edge, index) => (isJudged(edge) ? [index] : []));
  }

  /** In the order of the panel's edges, then of steps. `traces` in the order of the panel's seats. */
  judge(steps: number, traces: readonly Trace[], onBroken: OnBroken): void {
    for (const edge of this.judged) this.judgeEdge(edge, steps, traces, onBroken);
  }

  judgeEdge(edge: number, steps: number, traces: readonly Trace[], onBroken: OnBroken): void {
    const { broken } = traces[this.panel.edges[edge].seat];
    if (broken === null) return;
    for (let step = 0; step < steps; step++) {
      if (broken[step] !== 0) eachBit(broken[step], (invariant) => onBroken(edge, invariant, step));
    }
  }
}

function eachBit(bits: number, onBit: (bit: number) => void): void {
  for (let rest = bits, bit = 0; rest !== 0; rest >>>= 1, bit++) if ((rest & 1) === 1) onBit(bit);
}
