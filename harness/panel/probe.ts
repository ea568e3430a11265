/** What a scenario shows on one edge: the test that minimising is done with, and what it slips to. */
import type { Bucket } from '../classify/bucket.js';
import type { BucketTable } from '../classify/bucket-table.js';
import { circumstancesAt } from '../classify/conversion-history.js';
import { type HazardClass, invariantClass } from '../classify/hazard-class.js';
import { divergenceRank, hazardOf, invariantRank, rankOf } from '../classify/severity.js';
import type { Comparator } from '../compare/comparator.js';
import { isJudged, type Judge } from '../compare/judge.js';
import type { Panel } from '../compare/panel.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { type EncodedScenario, encodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import type { CounterComparison } from './counter-comparison.js';
import type { Seats } from './seats.js';

/** A bucket on one edge, and how bad it is there: a rank in SEVERITIES. */
export interface Target {
  readonly bucket: Bucket;
  readonly edge: number;
  readonly rank: number;
}

/** A bucket where a scenario shows it. */
export interface Shown extends Target {
  /** The number of steps for counters, which are compared after the last. */
  readonly step: number;
  /** Null where private memory has no part in it. */
  readonly hazard: HazardClass | null;
}

/** A bucket that no case showed, seen while another was minimised. */
export interface Slip extends Target {
  /** The bucket that was being minimised. */
  readonly from: Bucket;
  readonly scenario: Scenario;
}

export class Probe {
  readonly slips: Slip[] = [];

  constructor(
    private readonly panel: Panel,
    private readonly seats: Seats,
    private readonly comparator: Comparator,
    private readonly judge: Judge,
    private readonly table: BucketTable,
    private readonly counters: CounterComparison | null,
  ) {}

  /** First step at which the candidate shows the bucket on this edge, as bad as it was seen; -1 if it does not. */
  async show(target: Target, candidate: Scenario): Promise<number> {
    const { reference, seat } = this.panel.edges[target.edge];
    const encoded = encodeScenario(candidate);
    await this.seats.answer(reference, encoded, candidate);
    if (seat !== reference) await this.seats.answer(seat, encoded, candidate);
    return this.firstIn(target, candidate, encoded);
  }

  /** As `show`, at once: models of ours sit at both ends of the edge. Who calls it guards it. */
  showNow(target: Target, candidate: Scenario): number {
    const { reference, seat } = this.panel.edges[target.edge];
    const encoded = encodeScenario(candidate);
    this.seats.runSeat(reference, encoded);
    if (seat !== reference) this.seats.runSeat(seat, encoded);
    return this.firstIn(target, candidate, encoded);
  }

  /** The first step at which the two seats, which have just run the candidate, show the target. */
  private firstIn({ bucket, edge, rank }: Target, candidate: Scenario, encoded: EncodedScenario): number {
    let first = -1;
    for (const shown of this.shownOn(edge, encoded)) {
      if (shown.bucket !== bucket) this.noteSlip({ ...shown, from: bucket, scenario: candidate });
      // Counters show after the last step: all of the steps matter to them.
      else if (first < 0 && shown.rank === rank) first = Math.min(shown.step, encoded.steps - 1);
    }
    return first;
  }

  /** All that the scenario shows which the two seats of the edge have just run, in the order of steps, then lenses. */
  shownOn(edge: number, encoded: EncodedScenario): Shown[] {
    if (isJudged(this.panel.edges[edge])) return this.brokenOn(edge, encoded);
    const { reference, seat } = this.panel.edges[edge];
    const { traces } = this.seats;
    const found: Shown[] = [];
    this.comparator.compareEdge(edge, encoded, traces, (lens, _, step) => {
      const expected = traces[reference].observations[step];
      const got = traces[seat].observations[step];
      const bucket = this.table.bucketOf(lens, edge, encoded.words[step * STEP_WORDS], expected, got);
      const circumstances = circumstancesAt(encoded, step);
      const rank = divergenceRank(bucket.lens.name, expected, got, circumstances);
      found.push({ bucket, edge, step, rank, hazard: hazardOf(bucket.lens.name, expected, got, circumstances) });
    });
    const counted = this.counters?.shown(edge, encoded.steps, this.seats) ?? null;
    const hazard = encoded.machine.privateMemory ? 'perf' : null;
    if (counted !== null) found.push({ bucket: counted, edge, step: encoded.steps, rank: rankOf('performance'), hazard });
    return found;
  }

  /** Invariants that the seat of the edge breaks. */
  private brokenOn(edge: number, encoded: EncodedScenario): Shown[] {
    const { seat } = this.panel.edges[edge];
    const { observations } = this.seats.traces[seat];
    const found: Shown[] = [];
    this.judge.judgeEdge(edge, encoded.steps, this.seats.traces, (_, invariant, step) => {
      const bucket = this.table.invariantBucket(edge, invariant, encoded.words[step * STEP_WORDS], observations[step]);
      const hazard = invariantClass(bucket.expectedSide);
      found.push({ bucket, edge, step, rank: invariantRank(bucket.expectedSide), hazard });
    });
    return found;
  }

  private noteSlip(slip: Slip): void {
    // Which counters differ changes with every step that goes: that is nothing new.
    if (slip.bucket.op === 'end' || slip.from.op === 'end') return;
    if (slip.bucket.count === 0 && !this.slips.some(({ bucket }) => bucket === slip.bucket)) this.slips.push(slip);
  }
}

/** The bucket asked for, else the worst; of equals the first. */
export function worstOf(shown: readonly Shown[], id = ''): Shown | null {
  const all = shown.filter(({ bucket }) => id === '' || bucket.id === id);
  return all.reduce<Shown | null>((worst, next) => (worst === null || next.rank < worst.rank ? next : worst), null);
}
