/** The pipeline on one page: case by case through the stages (generate, run, compare, judge, classify); then minimise, bucket by bucket. */
import type { BucketTable } from './classify/bucket-table.js';
import { rankOf } from './classify/severity.js';
import type { Panel } from './compare/panel.js';
import { type CampaignState, casesOf, type Shard, WHOLE } from './panel/campaign-state.js';
import { EdgeProbe } from './panel/probe.js';
import type { Finding } from './finding/finding.js';
import type { ModelFault } from './panel/faults.js';
import { reduce } from './finding/reduction.js';
import { type StageOptions, Stages } from './panel/stages.js';
import type { Health } from './run/health.js';

export interface CampaignOptions extends StageOptions {
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
  const stages = new Stages(options);
  if (options.before !== undefined) stages.restore(options.before);
  const state = await countCases(stages, options);
  const findings = options.countsOnly ? [] : await findingsOf(stages, options);
  const { panel, health, table } = stages;
  const { modelFaults } = stages.state(state.done);
  return { seed: options.seed, cases: state.done, health, panel, findings, table, modelFaults, state };
}

/** Runs the cases that are left and counts what they show. */
async function countCases(stages: Stages, options: CampaignOptions): Promise<CampaignState> {
  const { shard = WHOLE, from = 0 } = options;
  const counted = options.before?.done ?? 0;
  const own = casesOf(shard, options.cases);
  let done = from;
  const state = () => stages.state(counted + done - from);
  while (done < own && !options.shouldStop()) {
    const end = Math.min(own, done + CHUNK);
    const indices = Array.from({ length: end - done }, (_, offset) => shard.index + shard.of * (done + offset));
    const answers = await stages.askAhead(indices);
    for (let offset = 0; offset < indices.length; offset++) stages.runCase(indices[offset], answers?.[offset] ?? null);
    done = end;
    options.onProgress?.({ stage: 'cases', done: counted + done - from, buckets: stages.table.size });
    options.onChunk?.(state);
    await breath();
  }
  return state();
}

/** Every bucket's witness, minimised; worst first, then by id. */
async function findingsOf(stages: Stages, options: CampaignOptions): Promise<Finding[]> {
  const { panel, seats, comparator, table, counters, faults } = stages;
  faults.case = -1;
  const findings = await reduce(table.buckets(), {
    panel,
    seats,
    probe: new EdgeProbe(panel, seats, comparator, table, counters),
    scenarioOf: (index) => stages.scenarioOf(index),
    shouldHurry: () => options.shouldHurry?.() ?? false,
    onDefect: (error) => faults.onHarnessDefect(error),
    onFinding: (minimised, buckets) => {
      options.onProgress?.({ stage: 'minimising', done: minimised, buckets });
      return breath();
    },
  });
  return findings.sort((a, b) => rankOf(a.severity) - rankOf(b.severity) || (a.bucket.id < b.bucket.id ? -1 : 1));
}

/** Lets signals and outside models be heard. */
function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
