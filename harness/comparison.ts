/** The comparison of two models on one page: the whole decision space, then random sequences; then minimise, and join by cause. */
import type { Bucket } from './classify/bucket.js';
import type { LensName } from './compare/lens.js';
import { Agreement } from './comparison/agreement.js';
import { type Difference, differencesOf } from './comparison/difference.js';
import { type Pair, type PairOptions, membersOf, pairOf } from './comparison/pair.js';
import { Rerun } from './comparison/rerun.js';
import { Statements } from './comparison/statements.js';
import { SPACE_SIZE } from './decision-space/dimensions.js';
import { pointScenario } from './decision-space/point-scenario.js';
import { findingsOf } from './finding/reduction.js';
import { panelFeatures } from './panel/panel-features.js';
import { RandomCases } from './generate/random-cases.js';
import type { CaseSource } from './panel/case-loop.js';
import type { ModelFault } from './panel/faults.js';
import { decodeScenario, type EncodedScenario, encodeScenario } from './scenario/encoded.js';

export interface ComparisonOptions extends PairOptions {
  readonly setups?: readonly EncodedScenario[];
  /** Scenarios that are looked at after the decision space, before the random sequences. */
  readonly recorded?: readonly EncodedScenario[];
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

export async function compareModels(options: ComparisonOptions): Promise<ComparisonResult> {
  const { seed, setups, onProgress } = options;
  const pair = pairOf(options);
  const { work } = pair;
  const agreement = new Agreement(pair);
  const { recorded = [] } = options;
  const features = panelFeatures({ ...membersOf(options), known: options.known });
  const source = pointsThenSequences(recorded, new RandomCases(seed, { features, ...(setups === undefined ? {} : { setups }) }));
  const search = (stage: 'points' | 'sequences', first: number, count: number) =>
    work.runCases(source, {
      from: 0,
      end: count,
      indexOf: (ordinal) => first + ordinal,
      shouldStop: () => options.shouldStop(stage),
      onCase: (scenario) => agreement.add(scenario),
      onChunk: (done) => onProgress?.(stage, done, work.table.size),
    });
  const points = await search('points', 0, SPACE_SIZE);
  const inSpace = new Map<Bucket, number>(work.table.buckets().map((bucket) => [bucket, bucket.count]));
  const sequences = Math.max(0, (await search('sequences', SPACE_SIZE, recorded.length + options.cases)) - recorded.length);
  const findings = await findingsOf(work, source, {
    shouldHurry: () => options.shouldHurry?.() ?? false,
    onFinding: (done, all) => onProgress?.('minimising', done, all),
  });
  const symptoms = findings.map((finding) => {
    const inPoints = inSpace.get(finding.bucket) ?? 0;
    return { finding, points: inPoints, sequences: finding.bucket.count - inPoints };
  });
  const differences = await differencesOf(symptoms, new Rerun(pair), new Statements(pair, agreement.reachedSides()));
  return { seed, pair, lenses: options.lenses, points, sequences, differences, agreement, modelFaults: work.faults.all() };
}

/** Scenarios by index: the points of the decision space first, then what is recorded, then random sequences. */
function pointsThenSequences(recorded: readonly EncodedScenario[], sequences: RandomCases): CaseSource {
  const random = SPACE_SIZE + recorded.length;
  return {
    encoded: (index) =>
      index < SPACE_SIZE
        ? encodeScenario(pointScenario(index))
        : index < random
          ? recorded[index - SPACE_SIZE]
          : sequences.encoded(index - random),
    scenario: (index) =>
      index < SPACE_SIZE
        ? pointScenario(index)
        : index < random
          ? decodeScenario(recorded[index - SPACE_SIZE])
          : sequences.scenario(index - random),
    caseOf: (index) => Math.max(-1, index - random),
  };
}
