/** The `cost` lens: counters compared once, after the last step. A divergence's cause is which counters differ. */
import type { Bucket } from '../classify/bucket.js';
import type { BucketTable } from '../classify/bucket-table.js';
import { rankOf } from '../classify/severity.js';
import { isJudged } from '../compare/judge.js';
import { areKin } from '../compare/kinship.js';
import { type Lens, looksAt } from '../compare/lens.js';
import type { Panel } from '../compare/panel.js';
import type { Partition } from '../compare/partition.js';
import { COMPARED_COUNTERS, COUNTER_NAMES, type CounterName, type Counters } from '../../models/contract/counters.js';
import { HOST_FATAL, OUTCOME_MASK, VM_DEAD } from '../../models/contract/observation.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { Seats } from './seats.js';

const COMPARED = Object.keys(COMPARED_COUNTERS) as (keyof typeof COMPARED_COUNTERS)[];
const PERFORMANCE = rankOf('performance');

export class CounterComparison {
  constructor(
    private readonly panel: Panel,
    private readonly table: BucketTable,
    private readonly lens: Lens,
  ) {}

  /** Counts the differences of a case; every seat has just run it. */
  add(index: number, scenario: EncodedScenario, seats: Seats): void {
    this.panel.edges.forEach((pair, edge) => {
      if (isJudged(pair)) return;
      const bucket = this.shown(edge, scenario.steps, seats);
      if (bucket !== null) this.table.count(bucket, index, edge, scenario.steps, PERFORMANCE);
    });
  }

  /** The bucket of an edge whose two seats have just run a scenario; null if their counters agree. */
  shown(edge: number, steps: number, seats: Seats): Bucket | null {
    const { reference, seat } = this.panel.edges[edge];
    const { seats: all } = this.panel;
    if (!looksAt(this.lens, all[reference], all[seat])) return null;
    if (broke(seats, reference, steps) || broke(seats, seat, steps)) return null;
    const compared = areKin(all[reference], all[seat]) ? COUNTER_NAMES : COMPARED;
    const differing = differingCounters(seats.counters(reference), seats.counters(seat), compared);
    if (differing.length === 0) return null;
    const name = (index: number) => this.panel.seats[index].name.replaceAll('/', '.');
    return this.table.costBucket(name(reference), `${name(seat)}-${differing.sort().join('-')}`);
  }
}

/** Who counted the same in a scenario that every seat has just run; a seat whose host or VM broke abstains. */
export function counterPartition(panel: Panel, steps: number, seats: Seats): Partition {
  const abstaining: number[] = [];
  const groups: number[][] = [];
  panel.seats.forEach((_, seat) => {
    if (broke(seats, seat, steps)) {
      abstaining.push(seat);
      return;
    }
    const group = groups.find(([first]) => differingCounters(seats.counters(first), seats.counters(seat)).length === 0);
    if (group === undefined) groups.push([seat]);
    else group.push(seat);
  });
  return { groups, abstaining };
}

/** The compared counters of a seat, as an answer. */
export function comparedCounters(counters: Counters): Counters {
  return Object.fromEntries(COMPARED.filter((name) => counters[name] !== undefined).map((name) => [name, counters[name]]));
}

/** A counter that one side's subject does not have agrees. */
function differingCounters(expected: Counters, got: Counters, compared: readonly CounterName[] = COMPARED): string[] {
  return compared.filter((name) => expected[name] !== undefined && got[name] !== undefined && got[name] !== expected[name]);
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
