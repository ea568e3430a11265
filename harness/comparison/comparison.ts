/** The comparison of two models on one page: the whole decision space, then random sequences; then minimise, and join by cause. */
import type { Profile } from '../../models/contract/model.js';
import { LENSES, type LensName } from '../compare/lens.js';
import { SPACE_SIZE } from '../decision-space/dimensions.js';
import { campaignKey } from '../generate/campaign-key.js';
import { Generator } from '../generate/generator.js';
import { EdgeProbe } from '../panel/probe.js';
import type { Finding } from '../finding/finding.js';
import type { ModelFault } from '../panel/faults.js';
import { reduce } from '../finding/reduction.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { Agreement } from './agreement.js';
import { type Contestant, type Pair, pairOf } from './contestants.js';
import { type Difference, differencesOf } from './difference.js';
import { Examination } from './examination.js';
import { Rerun } from './rerun.js';
import { Statements } from './statements.js';

export interface ComparisonOptions {
  readonly seed: string;
  readonly a: Contestant;
  readonly b: Contestant;
  /** All profiles that exist: what an outside model may claim to be. */
  readonly known: readonly Profile[];
  readonly lenses: readonly LensName[];
  readonly setups?: readonly EncodedScenario[];
  /** Random sequences; Infinity: until `shouldStop`. */
  readonly cases: number;
  /** Asked between chunks: time ends the sequences, an interruption both. */
  shouldStop(stage: 'points' | 'sequences'): boolean;
  /** Asked between buckets: true leaves the rest unminimised. */
  shouldHurry?(): boolean;
  onProgress?(stage: 'points' | 'sequences' | 'minimising', done: number, buckets: number): void;
}

export interface ComparisonResult {
  readonly seed: string;
  readonly pair: Pair;
  readonly lenses: readonly LensName[];
  /** Points of the decision space that were run: all of them, unless interrupted. */
  readonly points: number;
  /** Random sequences that were run. */
  readonly sequences: number;
  readonly differences: readonly Difference[];
  readonly agreement: Agreement;
  readonly modelFaults: readonly ModelFault[];
}

/** Scenarios between two looks at the clock, and in flight to outside models. */
const CHUNK = 64;

export async function compareModels(options: ComparisonOptions): Promise<ComparisonResult> {
  const { seed, shouldStop } = options;
  const pair = pairOf(options.a, options.b, seed, options.known);
  const generator = new Generator(options.setups === undefined ? {} : { setups: options.setups });
  const lenses = options.lenses.map((name) => LENSES[name]);
  const examination = new Examination(pair, lenses, generator, campaignKey(seed), seed);
  const { table, agreement } = examination;

  let points = 0;
  while (points < SPACE_SIZE && !shouldStop('points')) {
    const end = Math.min(SPACE_SIZE, points + CHUNK);
    await examination.examine(points, end);
    points = end;
    options.onProgress?.('points', points, table.size);
    await breath();
  }
  const inSpace = new Map(table.buckets().map((bucket) => [bucket, bucket.count]));

  let sequences = 0;
  while (sequences < options.cases && !shouldStop('sequences')) {
    const end = Math.min(options.cases, sequences + CHUNK);
    await examination.examine(SPACE_SIZE + sequences, SPACE_SIZE + end);
    sequences = end;
    options.onProgress?.('sequences', sequences, table.size);
    await breath();
  }

  const findings = await minimised(examination, pair, options);
  const symptoms = findings.map((finding) => symptomOf(finding, inSpace.get(finding.bucket) ?? 0));
  const differences = await differencesOf(symptoms, new Rerun(pair), new Statements(pair, agreement.reachedSides()));
  const modelFaults = pair.faults.all(pair.outsiders);
  return { seed, pair, lenses: options.lenses, points, sequences, differences, agreement, modelFaults };
}

function minimised(examination: Examination, pair: Pair, options: ComparisonOptions): Promise<Finding[]> {
  const { table, comparator } = examination;
  return reduce(table.buckets(), {
    panel: pair.panel,
    seats: pair.seats,
    probe: new EdgeProbe(pair.panel, pair.seats, comparator, table, null),
    scenarioOf: (index) => examination.scenarioAt(index),
    shouldHurry: () => options.shouldHurry?.() ?? false,
    onDefect: (error) => pair.faults.onHarnessDefect(error),
    onFinding: (done, all) => {
      options.onProgress?.('minimising', done, all);
      return breath();
    },
  });
}

/** Lets signals and outside models be heard. */
function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function symptomOf(finding: Finding, points: number) {
  return { finding, points, sequences: finding.bucket.count - points };
}
