/** What a candidate scenario shows on one edge: the test that minimising is done with, and what it slips to. */
import type { Bucket } from '../classify/bucket.js';
import type { BucketTable } from '../classify/bucket-table.js';
import { circumstancesAt } from '../classify/conversion-history.js';
import { divergenceRank, invariantRank } from '../classify/severity.js';
import type { Comparator } from '../compare/comparator.js';
import { Judge } from '../compare/judge.js';
import type { Panel } from '../compare/panel.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { type EncodedScenario, encodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import type { CounterComparison } from './counter-comparison.js';
import type { Seats } from './seats.js';

/** A bucket that no case showed, seen while another was minimised. */
export interface Slip {
  readonly bucket: Bucket;
  /** The bucket that was being minimised. */
  readonly from: Bucket;
  readonly edge: number;
  readonly scenario: Scenario;
}

export class EdgeProbe {
  readonly slips: Slip[] = [];
  private readonly judge: Judge;

  constructor(
    private readonly panel: Panel,
    private readonly seats: Seats,
    private readonly comparator: Comparator,
    private readonly table: BucketTable,
    private readonly counters: CounterComparison | null,
  ) {
    this.judge = new Judge(panel);
  }

  /** First step at which the candidate shows the bucket on this edge, as severe as it was seen; -1 if it does not. */
  async show(bucket: Bucket, edge: number, candidate: Scenario): Promise<number> {
    const { reference, seat } = this.panel.edges[edge];
    const encoded = encodeScenario(candidate);
    if (reference === seat) return this.showBroken(bucket, edge, candidate, encoded);
    await this.seats.answer(reference, encoded, candidate);
    await this.seats.answer(seat, encoded, candidate);
    const { traces } = this.seats;
    // Counters are compared after the last step: it shows there or not at all.
    if (bucket.op === 'end') return this.counters?.shown(edge, encoded, this.seats) === bucket ? encoded.steps - 1 : -1;
    let first = -1;
    this.comparator.compareEdge(edge, encoded, traces, (lens, _, step) => {
      const expected = traces[reference].observations[step];
      const got = traces[seat].observations[step];
      const shown = this.table.bucketOf(lens, edge, encoded.words[step * STEP_WORDS], expected, got);
      const rank = divergenceRank(shown.lens.name, expected, got, circumstancesAt(encoded, step));
      if (shown === bucket) {
        if (first < 0 && rank === bucket.rank) first = step;
      } else this.noteSlip({ bucket: shown, from: bucket, edge, scenario: candidate }, rank);
    });
    return first;
  }

  /** As `show`, of an invariant that the seat of the edge breaks. */
  private async showBroken(bucket: Bucket, edge: number, candidate: Scenario, encoded: EncodedScenario): Promise<number> {
    const { seat } = this.panel.edges[edge];
    await this.seats.answer(seat, encoded, candidate);
    const { traces } = this.seats;
    let first = -1;
    this.judge.judgeEdge(edge, encoded.steps, traces, (_, invariant, step) => {
      const shown = this.table.invariantBucket(edge, invariant, encoded.words[step * STEP_WORDS], traces[seat].observations[step]);
      if (shown !== bucket)
        this.noteSlip({ bucket: shown, from: bucket, edge, scenario: candidate }, invariantRank(shown.expectedSide));
      else if (first < 0) first = step;
    });
    return first;
  }

  private noteSlip(slip: Slip, rank: number): void {
    if (slip.bucket.count > 0 || this.slips.some(({ bucket }) => bucket === slip.bucket)) return;
    slip.bucket.rank = rank;
    this.slips.push(slip);
  }
}
