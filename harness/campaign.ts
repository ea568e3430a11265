/** A campaign on one page: a panel at work on random cases; then every bucket's witness minimised. */
import { type AliasCount, AliasTally, aliasCounts } from './classify/alias-tally.js';
import type { BucketTable } from './classify/bucket-table.js';
import type { GuestOsName } from '../models/contract/guest-os.js';
import type { Panel } from './compare/panel.js';
import type { Finding } from './finding/finding.js';
import { findingsOf } from './finding/reduction.js';
import { panelFeatures } from './panel/panel-features.js';
import type { GeneratorOptions } from './generate/generator.js';
import { RandomCases } from './generate/random-cases.js';
import { type CampaignState, casesOf, type Shard, WHOLE } from './panel/campaign-state.js';
import type { ModelFault } from './panel/faults.js';
import { type PanelOptions, WorkingPanel } from './panel/working-panel.js';
import { Health } from './run/health.js';

export interface CampaignOptions extends PanelOptions, GeneratorOptions {
  readonly seed: string;
  /** Operating systems that some cases have in their guest; default: none. */
  readonly guestOses?: readonly GuestOsName[];
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
  /** Hazards on which all models agree, most frequent first. */
  readonly aliases: readonly AliasCount[];
  readonly modelFaults: readonly ModelFault[];
  readonly state: CampaignState;
}

export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { seed, before, shard = WHOLE, from = 0, onProgress } = options;
  const work = new WorkingPanel(options);
  const { panel, table, faults, seats } = work;
  const health = new Health(panel.seats.map(({ rules }) => rules.length));
  const aliases = new AliasTally(panel.seats);
  if (before !== undefined) {
    table.restore(before.buckets);
    health.absorb(before.health);
    aliases.absorb(before.aliases);
    faults.absorb(before.modelFaults);
  }
  const cases = new RandomCases(seed, { features: panelFeatures(options), ...options });
  const counted = (done: number) => (before?.done ?? 0) + done - from;
  const state = (done: number): CampaignState => ({
    done: counted(done),
    health: health.state(),
    aliases: aliases.state(),
    buckets: table.state(),
    modelFaults: faults.all(),
  });
  const done = await work.runCases(cases, {
    from,
    end: casesOf(shard, options.cases),
    indexOf: (ordinal) => shard.index + shard.of * ordinal,
    shouldStop: () => options.shouldStop(),
    onCase: (scenario) => {
      health.add(scenario, seats.traces);
      aliases.add(scenario, seats.traces);
    },
    onChunk: (far) => {
      onProgress?.({ stage: 'cases', done: counted(far), buckets: table.size });
      options.onChunk?.(() => state(far));
    },
  });
  const final = state(done);
  const findings = options.countsOnly
    ? []
    : await findingsOf(work, cases, {
        shouldHurry: () => options.shouldHurry?.() ?? false,
        onFinding: (minimised, buckets) => onProgress?.({ stage: 'minimising', done: minimised, buckets }),
      });
  return {
    seed,
    cases: final.done,
    health,
    panel,
    findings,
    table,
    aliases: aliasCounts(final.aliases),
    modelFaults: faults.all(),
    state: final,
  };
}
