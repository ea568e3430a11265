/** The pipeline on one page: generate, run, compare, judge, classify, case by case; then minimise, bucket by bucket. */
import type { Profile } from '../models/contract/model.js';
import { BucketTable } from './classify/bucket-table.js';
import { rankOf } from './classify/severity.js';
import { Comparator } from './compare/comparator.js';
import { Judge } from './compare/judge.js';
import { LENSES, type LensName } from './compare/lens.js';
import { externalSeat, type Panel, panelOf, seatOf } from './compare/panel.js';
import { campaignKey } from './generate/campaign-key.js';
import { Generator } from './generate/generator.js';
import { CounterComparison } from './pipeline/counter-comparison.js';
import { type CampaignState, casesOf, type Shard, WHOLE } from './pipeline/campaign-state.js';
import { EdgeProbe } from './pipeline/edge-probe.js';
import type { Finding } from './pipeline/finding.js';
import { ForeignRules } from './pipeline/foreign-rules.js';
import { FaultLog, type ModelFault } from './pipeline/model-fault.js';
import type { OutsideModel } from './pipeline/outside-model.js';
import { caseScenario, reduce } from './pipeline/reduction.js';
import { Seats } from './pipeline/seats.js';
import { Health } from './run/health.js';
import type { EncodedScenario } from './scenario/encoded.js';
import type { Scenario } from './scenario/scenario.js';

export interface CampaignOptions {
  readonly seed: string;
  /** The panel: profiles in order, then outside models. */
  readonly profiles: readonly Profile[];
  readonly outsiders?: readonly OutsideModel[];
  /** All profiles that exist: what an outside model may claim to be. */
  readonly known?: readonly Profile[];
  readonly lenses: readonly LensName[];
  readonly setups?: readonly EncodedScenario[];
  /** Cases 0 to `cases` - 1; Infinity: until `shouldStop`. */
  readonly cases: number;
  /** Only every `of`th case from `index` on; default: all. */
  readonly shard?: Shard;
  /** What was counted before: cases of this shard or of others, which are not run again. */
  readonly before?: CampaignState | undefined;
  /** How many of the shard's own cases were run before. */
  readonly from?: number;
  /** Leaves out minimising: a worker's states are united first. */
  readonly countsOnly?: boolean;
  /** After each chunk: `state` makes what a journal keeps. */
  onChunk?(state: () => CampaignState): void;
  /** Asked between chunks of cases. */
  shouldStop(): boolean;
  /** Asked between buckets: true leaves the rest unminimised. */
  shouldHurry?(): boolean;
  onProgress?(progress: Progress): void;
}

export interface Progress {
  readonly stage: 'cases' | 'minimising';
  /** Cases run, or buckets minimised. */
  readonly done: number;
  readonly buckets: number;
}

export interface CampaignResult {
  readonly seed: string;
  readonly cases: number;
  readonly health: Health;
  readonly panel: Panel;
  /** Worst first, then by id. */
  readonly findings: readonly Finding[];
  readonly table: BucketTable;
  readonly modelFaults: readonly ModelFault[];
  readonly state: CampaignState;
}

/** Cases between two looks at the clock, and in flight to outside models. */
const CHUNK = 64;

export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { profiles, outsiders = [], seed } = options;
  const foreign = outsiders.map(({ name }) => new ForeignRules(name));
  const panel = panelOf([
    ...profiles.map(seatOf),
    ...outsiders.map(({ name, claims }, index) => externalSeat(name, claims, options.known ?? profiles, foreign[index].rules)),
  ]);
  const lenses = options.lenses.map((name) => LENSES[name]);
  const faults = new FaultLog(seed, panel);
  const seats = new Seats(profiles, outsiders, faults.onDefect, foreign);
  const table = new BucketTable(panel, lenses);
  const comparator = new Comparator(panel, lenses);
  const judge = new Judge(panel);
  const counters = options.lenses.includes('cost') ? new CounterComparison(panel, table) : null;
  const health = new Health(panel.seats.map(({ rules }) => rules.length));
  const generator = new Generator(options.setups === undefined ? {} : { setups: options.setups });
  const key = campaignKey(seed);

  const { before } = options;
  if (before !== undefined) {
    table.restore(before.buckets);
    health.absorb(before.health);
    faults.absorb(before.modelFaults);
  }
  const counted = before?.done ?? 0;
  const shard = options.shard ?? WHOLE;
  const own = casesOf(shard, options.cases);
  const start = options.from ?? 0;
  let done = start;
  const total = () => counted + done - start;
  const state = (): CampaignState => ({
    done: total(),
    health: health.state(),
    buckets: table.state(),
    modelFaults: faults.all(outsiders),
  });
  while (done < own && !options.shouldStop()) {
    const end = Math.min(own, done + CHUNK);
    const indices = Array.from({ length: end - done }, (_, offset) => shard.index + shard.of * (done + offset));
    const answers =
      outsiders.length > 0 ? await askAhead(seats, faults, (index) => caseScenario(generator, key, seed, index), indices) : null;
    for (let offset = 0; offset < indices.length; offset++) {
      const index = indices[offset];
      faults.case = index;
      const scenario = generator.generate(key, index);
      seats.run(scenario);
      if (answers !== null) seats.place(answers[offset], scenario.steps);
      health.add(scenario, seats.traces);
      comparator.compare(scenario, seats.traces, (lens, edge, step) => table.add(index, lens, edge, step, scenario, seats.traces));
      judge.judge(scenario.steps, seats.traces, (edge, invariant, step) =>
        table.addBroken(index, edge, invariant, step, scenario, seats.traces),
      );
      counters?.add(index, scenario, seats);
    }
    done = end;
    options.onProgress?.({ stage: 'cases', done: total(), buckets: table.size });
    options.onChunk?.(state);
    await breath();
  }

  const final = state();
  if (options.countsOnly)
    return { seed, cases: total(), health, panel, findings: [], table, modelFaults: final.modelFaults, state: final };
  faults.case = -1;
  const probe = new EdgeProbe(panel, seats, comparator, table, counters);
  const findings = await reduce(table.buckets(), {
    panel,
    seats,
    probe,
    scenarioOf: (index) => caseScenario(generator, key, seed, index),
    shouldHurry: () => options.shouldHurry?.() ?? false,
    onDefect: (error) => faults.onHarnessDefect(error),
    onFinding: (minimised, buckets) => {
      options.onProgress?.({ stage: 'minimising', done: minimised, buckets });
      return breath();
    },
  });
  findings.sort((a, b) => rankOf(a.severity) - rankOf(b.severity) || (a.bucket.id < b.bucket.id ? -1 : 1));
  return { seed, cases: total(), health, panel, findings, table, modelFaults: faults.all(outsiders), state: final };
}

/** Lets signals and outside models be heard. */
function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Outside models get a chunk of cases at once; the same cases are drawn again for the models of ours. */
function askAhead(seats: Seats, faults: FaultLog, scenarioOf: (index: number) => Scenario, indices: readonly number[]) {
  const scenarios = indices.map(scenarioOf);
  scenarios.forEach((scenario, offset) => {
    faults.cases.set(scenario, indices[offset]);
  });
  return Promise.all(scenarios.map((scenario) => seats.ask(scenario)));
}
