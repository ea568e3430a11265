/** The `cost` lens: counters compared once, after the last step. A divergence's cause is which counters differ. */
import type { Bucket } from '../classify/bucket.js';
import type { BucketTable } from '../classify/bucket-table.js';
import { rankOf } from '../classify/severity.js';
import { isJudged } from '../compare/judge.js';
import type { Panel } from '../compare/panel.js';
import { COMPARED_COUNTERS } from '../../models/contract/counters.js';
import { HOST_FATAL, OUTCOME_MASK, VM_DEAD } from '../../models/contract/observation.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { Seats } from './seats.js';

const COMPARED = Object.keys(COMPARED_COUNTERS);
const PERFORMANCE = rankOf('performance');

export class CounterComparison {
  constructor(
    private readonly panel: Panel,
    private readonly table: BucketTable,
  ) {}

  /** Counts the differences of a case; every seat has just run it. */
  add(index: number, scenario: EncodedScenario, seats: Seats): void {
    this.panel.edges.forEach((pair, edge) => {
      if (isJudged(pair)) return;
      const bucket = this.shown(edge, scenario, seats);
      if (bucket !== null) this.table.count(bucket, index, edge, scenario.steps, PERFORMANCE);
    });
  }

  /** The bucket of an edge whose two seats have just run a scenario; null if their counters agree. */
  shown(edge: number, scenario: EncodedScenario, seats: Seats): Bucket | null {
    const { reference, seat } = this.panel.edges[edge];
    if (broke(seats, reference, scenario.steps) || broke(seats, seat, scenario.steps)) return null;
    const expected = seats.counters(reference) as Readonly<Record<string, number>>;
    const got = seats.counters(seat) as Readonly<Record<string, number>>;
    // A counter that one side's subject does not have agrees.
    const differing = COMPARED.filter(
      (name) => expected[name] !== undefined && got[name] !== undefined && got[name] !== expected[name],
    );
    if (differing.length === 0) return null;
    const name = (index: number) => this.panel.seats[index].name.replaceAll('/', '.');
    return this.table.costBucket(name(reference), `${name(seat)}-${differing.sort().join('-')}`);
  }
}

/** After a broken host or VM nothing is compared. */
function broke(seats: Seats, seat: number, steps: number): boolean {
  const { observations } = seats.traces[seat];
  for (let step = 0; step < steps; step++) {
    const outcome = observations[step] & OUTCOME_MASK;
    if (outcome === HOST_FATAL || outcome === VM_DEAD) return true;
  }
  return false;
}
