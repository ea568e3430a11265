/** The stages of one campaign, made from its options, and a case's way through them. */
import type { Profile } from '../../models/contract/model.js';
import { BucketTable } from '../classify/bucket-table.js';
import { Comparator } from '../compare/comparator.js';
import { Judge } from '../compare/judge.js';
import { LENSES, type LensName } from '../compare/lens.js';
import { externalSeat, type Panel, panelOf, seatOf } from '../compare/panel.js';
import { type CampaignKey, campaignKey } from '../generate/campaign-key.js';
import { Generator } from '../generate/generator.js';
import { Health } from '../run/health.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import type { CampaignState } from './campaign-state.js';
import { CounterComparison } from './counter-comparison.js';
import { ForeignRules } from './foreign-rules.js';
import { FaultLog } from './faults.js';
import type { OutsideAnswer, OutsideModel } from './external-model.js';
import { caseScenario } from '../generate/case-scenario.js';
import { Seats } from './seats.js';

export interface StageOptions {
  readonly seed: string;
  /** The panel: profiles in order, then outside models. */
  readonly profiles: readonly Profile[];
  readonly outsiders?: readonly OutsideModel[];
  /** All profiles that exist: what an outside model may claim to be. */
  readonly known?: readonly Profile[];
  readonly lenses: readonly LensName[];
  readonly setups?: readonly EncodedScenario[];
  /** Random steps of every case; by default 16 to 64, drawn. */
  readonly steps?: number;
}

export class Stages {
  readonly panel: Panel;
  readonly generator: Generator;
  readonly seats: Seats;
  readonly comparator: Comparator;
  readonly table: BucketTable;
  readonly health: Health;
  readonly faults: FaultLog;
  /** null: nobody asked for the lens `cost`. */
  readonly counters: CounterComparison | null;
  private readonly judge: Judge;
  private readonly key: CampaignKey;
  private readonly outsiders: readonly OutsideModel[];

  constructor(private readonly options: StageOptions) {
    const { profiles, outsiders = [], seed } = options;
    const foreign = outsiders.map(({ name }) => new ForeignRules(name));
    const known = options.known ?? profiles;
    this.panel = panelOf([
      ...profiles.map(seatOf),
      ...outsiders.map(({ name, claims }, index) => externalSeat(name, claims, known, foreign[index].rules)),
    ]);
    const lenses = options.lenses.map((name) => LENSES[name]);
    this.outsiders = outsiders;
    this.key = campaignKey(seed);
    this.generator = new Generator(options);
    this.faults = new FaultLog(seed, this.panel);
    this.seats = new Seats(profiles, outsiders, this.faults.onDefect, foreign);
    this.comparator = new Comparator(this.panel, lenses);
    this.judge = new Judge(this.panel);
    this.table = new BucketTable(this.panel, lenses);
    this.health = new Health(this.panel.seats.map(({ rules }) => rules.length));
    this.counters = options.lenses.includes('cost') ? new CounterComparison(this.panel, this.table) : null;
  }

  /** Takes over what was counted before. */
  restore(before: CampaignState): void {
    this.table.restore(before.buckets);
    this.health.absorb(before.health);
    this.faults.absorb(before.modelFaults);
  }

  /** A case's scenario. Its words are the generator's own: valid until the next case. */
  draw(index: number): EncodedScenario {
    return this.generator.generate(this.key, index);
  }

  /** One case, from drawing it to its buckets. Returns its scenario, as `draw`. @param answers those of the outside models, which were asked ahead */
  runCase(index: number, answers: readonly (OutsideAnswer | null)[] | null): EncodedScenario {
    const { seats, table } = this;
    this.faults.case = index;
    const scenario = this.draw(index);
    seats.run(scenario);
    const { traces } = seats;
    if (answers !== null) seats.place(answers, scenario.steps);
    this.health.add(scenario, traces);
    this.comparator.compare(scenario, traces, (lens, edge, step) => table.add(index, lens, edge, step, scenario, traces));
    this.judge.judge(scenario.steps, traces, (edge, invariant, step) =>
      table.addBroken(index, edge, invariant, step, scenario, traces),
    );
    this.counters?.add(index, scenario, seats);
    return scenario;
  }

  /** The scenario of a case, drawn again. */
  scenarioOf(index: number): Scenario {
    return caseScenario(this.generator, this.key, this.options.seed, index);
  }

  /** What the outside models say of these cases, all in flight at once; null without any. */
  async askAhead(indices: readonly number[]): Promise<(readonly (OutsideAnswer | null)[])[] | null> {
    if (this.outsiders.length === 0) return null;
    const scenarios = indices.map((index) => this.scenarioOf(index));
    scenarios.forEach((scenario, offset) => {
      this.faults.cases.set(scenario, indices[offset]);
    });
    return Promise.all(scenarios.map((scenario) => this.seats.ask(scenario)));
  }

  /** @param done cases run */
  state(done: number): CampaignState {
    return { done, health: this.health.state(), buckets: this.table.state(), modelFaults: this.faults.all(this.outsiders) };
  }
}
