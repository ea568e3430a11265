/** A panel at work: who sits there, and what their answers are compared, counted and minimised with. It is made here and nowhere else. */
import type { Bucket } from '../classify/bucket.js';
import { BucketTable } from '../classify/bucket-table.js';
import { Comparator } from '../compare/comparator.js';
import { Judge } from '../compare/judge.js';
import { BUCKET_LENSES, type Lens, lensesOn, type LensName } from '../compare/lens.js';
import { type Edge, externalSeat, type Panel, panelOf, type Seat, seatOf } from '../compare/panel.js';
import type { Guard } from '../run/guard.js';
import type { Profile } from '../../models/contract/model.js';
import { type EncodedScenario, encodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import type { CaseLoop, CaseSource } from './case-loop.js';
import { BucketReduction, type Minimal } from './bucket-reduction.js';
import { CounterComparison } from './counter-comparison.js';
import type { ExternalAnswer, External } from './external.js';
import { FaultLog } from './faults.js';
import { ExternalRules } from './external-rules.js';
import { Probe, type Shown, type Slip, type Target } from './probe.js';
import { Seats } from './seats.js';

export interface PanelOptions {
  /** The panel: profiles in order, then external models. */
  readonly profiles: readonly Profile[];
  readonly externals?: readonly External[];
  /** All profiles that exist: what an external model may claim to be. Default: those of the panel. */
  readonly known?: readonly Profile[];
  readonly lenses: readonly LensName[];
  /** Named in the record of a fault. */
  readonly seed?: string;
  /** Who is compared with whom; default: `panelOf`. */
  readonly edges?: readonly Edge[];
  /** Whether the rules are kept that external models name; default: true. */
  readonly namesRules?: boolean;
  /** Where a model of ours throws: default, it is noted and the panel goes on without its answer. */
  readonly onDefect?: (seat: number, error: unknown) => void;
  /** Ends models of ours that loop; default: nothing does. */
  readonly guard?: Guard;
}

/** Cases between the first two looks at the clock, and in flight to external models. */
const CHUNK = 64;
/**
 * Cases of models of ours between two looks at the clock, later: a chunk is guarded once, by a thread that has to start and end, which on a
 * loaded machine takes as long as many cases. All seats together run so many.
 */
const MOST_RUNS = 4096;

export class WorkingPanel {
  readonly panel: Panel;
  readonly lenses: readonly Lens[];
  readonly seats: Seats;
  readonly comparator: Comparator;
  readonly table: BucketTable;
  readonly faults: FaultLog;
  private readonly judge: Judge;
  private readonly counters: CounterComparison | null;
  private readonly probe: Probe;
  private readonly reduction: BucketReduction;

  constructor(options: PanelOptions) {
    const { profiles, externals = [], known = profiles, seed = '' } = options;
    const externalRules = options.namesRules === false ? [] : externals.map(({ name }) => new ExternalRules(name));
    const seats: readonly Seat[] = [
      ...profiles.map(seatOf),
      ...externals.map(({ name, claims }, index) => externalSeat(name, claims, known, externalRules[index]?.rules)),
    ];
    this.panel = options.edges === undefined ? panelOf(seats) : { seats, edges: options.edges };
    this.lenses = lensesOn(this.panel, options.lenses);
    this.faults = new FaultLog(seed, this.panel, externals);
    this.seats = new Seats(profiles, externals, options.onDefect ?? this.faults.onDefect, externalRules, options.guard);
    this.comparator = new Comparator(this.panel, this.lenses);
    this.judge = new Judge(this.panel);
    this.table = new BucketTable(this.panel, this.lenses);
    const cost = this.lenses.find(({ name }) => name === 'cost');
    this.counters = cost === undefined ? null : new CounterComparison(this.panel, this.table, cost);
    this.probe = new Probe(this.panel, this.seats, this.comparator, this.judge, this.table, this.counters);
    this.reduction = new BucketReduction(this.panel, this.seats, this.probe, this.faults);
  }

  /** Runs cases and counts what they show, until the loop's end or its stop. Returns how many of its cases are done. */
  async runCases(source: CaseSource, loop: CaseLoop): Promise<number> {
    const caseOf = (index: number) => source.caseOf?.(index) ?? index;
    const most = this.seats.externals.length > 0 ? CHUNK : Math.floor(MOST_RUNS / this.seats.profiles.length);
    let done = loop.from;
    while (done < loop.end && !loop.shouldStop()) {
      const end = Math.min(loop.end, done + Math.max(CHUNK, Math.min(most, done - loop.from)));
      const indices = Array.from({ length: end - done }, (_, offset) => loop.indexOf(done + offset));
      const answers = await this.askAhead(source, indices);
      let offset = 0;
      let scenario: EncodedScenario;
      const count = () => {
        this.countCase(indices[offset], scenario, answers?.[offset] ?? null);
        loop.onCase?.(scenario);
        offset++;
      };
      const goOn = () => {
        while (offset < indices.length) {
          scenario = source.encoded(indices[offset]);
          this.faults.case = caseOf(indices[offset]);
          this.seats.run(scenario);
          count();
        }
      };
      while (!this.seats.guarded(goOn)) {
        this.seats.finish(scenario!);
        count();
      }
      done = end;
      loop.onChunk(done);
      await breath();
    }
    this.faults.case = -1;
    return done;
  }

  /** One case, from its scenario to its buckets. @param answers those of the external models, which were asked ahead */
  runCase(index: number, scenario: EncodedScenario, answers: readonly (ExternalAnswer | null)[] | null): void {
    this.seats.run(scenario);
    this.countCase(index, scenario, answers);
  }

  /** The models of ours have run the case. */
  private countCase(index: number, scenario: EncodedScenario, answers: readonly (ExternalAnswer | null)[] | null): void {
    const { seats, table } = this;
    const { traces } = seats;
    if (answers !== null) seats.place(answers, scenario.steps);
    this.comparator.compare(scenario, traces, (lens, edge, step) => table.add(index, lens, edge, step, scenario, traces));
    this.judge.judge(scenario.steps, traces, (edge, invariant, step) =>
      table.addBroken(index, edge, invariant, step, scenario, traces),
    );
    this.counters?.add(index, scenario, seats);
  }

  /** What the external models say of these cases, all in flight at once; null without any. */
  private async askAhead(source: CaseSource, indices: readonly number[]): Promise<(readonly (ExternalAnswer | null)[])[] | null> {
    if (this.seats.externals.length === 0) return null;
    const scenarios = indices.map((index) => source.scenario(index));
    scenarios.forEach((scenario, offset) => {
      this.faults.cases.set(scenario, source.caseOf?.(indices[offset]) ?? indices[offset]);
    });
    return Promise.all(scenarios.map((scenario) => this.seats.ask(scenario)));
  }

  /** Everything that one scenario shows, in the order of steps, then lenses, then edges; every seat has run it then. Nothing is counted. */
  async shown(scenario: Scenario): Promise<Shown[]> {
    const encoded = encodeScenario(scenario);
    await this.seats.answerAll(encoded, scenario);
    const all = this.panel.edges.flatMap((_, edge) => this.probe.shownOn(edge, encoded));
    return all.sort((a, b) => a.step - b.step || placeOf(a) - placeOf(b));
  }

  /** The smallest scenario that shows the bucket on this edge, as bad. @param hurry only cuts off what comes after */
  minimise(target: Target, scenario: Scenario, hurry = false): Promise<Minimal> {
    return this.reduction.minimise(target, scenario, hurry);
  }

  /** Buckets that no case showed, seen while others were minimised. */
  get slips(): readonly Slip[] {
    return this.probe.slips;
  }

  /** The bucket that a witness was kept for: where it was seen, as bad as it was. */
  targetOf(bucket: Bucket): Target {
    return { bucket, edge: bucket.witness.edge, rank: bucket.rank };
  }
}

const placeOf = ({ bucket }: Shown) => BUCKET_LENSES.indexOf(bucket.lens.name);

/** For `onDefect`: a model that throws ends everything. */
export function raise(_seat: number, error: unknown): never {
  throw error;
}

/** Yields to the event loop, so that signals and external models are served. */
export function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
