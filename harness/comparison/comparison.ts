/** The comparison of two models on one page: the whole decision space, then random sequences; then minimise, and join by cause. */
import type { Profile } from '../../models/contract/model.js';
import { BucketTable } from '../classify/bucket-table.js';
import { Comparator } from '../compare/comparator.js';
import { LENSES, type LensName } from '../compare/lens.js';
import { SPACE_SIZE } from '../decision-space/dimensions.js';
import { pointScenario } from '../decision-space/point-scenario.js';
import { campaignKey } from '../generate/campaign-key.js';
import { Generator } from '../generate/generator.js';
import { EdgeProbe } from '../pipeline/edge-probe.js';
import type { Finding } from '../pipeline/finding.js';
import type { ModelFault } from '../pipeline/model-fault.js';
import { caseScenario, reduce } from '../pipeline/reduction.js';
import { decodeScenario, type EncodedScenario, encodeScenario } from '../scenario/encoded.js';
import { Agreement } from './agreement.js';
import { type Contestant, pairOf, type Pair } from './contestants.js';
import { type Difference, differencesOf } from './difference.js';
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
  const { seed } = options;
  const pair = pairOf(options.a, options.b, seed, options.known);
  const lenses = options.lenses.map((name) => LENSES[name]);
  const table = new BucketTable(pair.panel, lenses);
  const comparator = new Comparator(pair.panel, lenses);
  const agreement = new Agreement(pair, lenses);
  const generator = new Generator(options.setups === undefined ? {} : { setups: options.setups });
  const key = campaignKey(seed);

  const examine = async (from: number, end: number, scenarioAt: (index: number) => EncodedScenario) => {
    const answers = await askAhead(pair, from, end, scenarioAt);
    for (let index = from; index < end; index++) {
      pair.faults.case = caseOf(index);
      const scenario = scenarioAt(index);
      pair.seats.run(scenario);
      pair.seats.place(answers[index - from] ?? [], scenario.steps);
      const differs = new Uint8Array(scenario.steps);
      comparator.compare(scenario, pair.seats.traces, (lens, edge, step) => {
        differs[step] = 1;
        table.add(index, lens, edge, step, scenario, pair.seats.traces);
      });
      agreement.add(scenario, pair.seats.traces, differs);
    }
  };

  let points = 0;
  for (; points < SPACE_SIZE && !options.shouldStop('points'); points = Math.min(SPACE_SIZE, points + CHUNK)) {
    await examine(points, Math.min(SPACE_SIZE, points + CHUNK), (index) => encodeScenario(pointScenario(index)));
    options.onProgress?.('points', points, table.size);
    await breath();
  }
  const inSpace = new Map(table.buckets().map((bucket) => [bucket, bucket.count]));

  let sequences = 0;
  while (sequences < options.cases && !options.shouldStop('sequences')) {
    const end = Math.min(options.cases, sequences + CHUNK);
    await examine(SPACE_SIZE + sequences, SPACE_SIZE + end, (index) => generator.generate(key, index - SPACE_SIZE));
    sequences = end;
    options.onProgress?.('sequences', sequences, table.size);
    await breath();
  }

  pair.faults.case = -1;
  const findings = await reduce(table.buckets(), {
    panel: pair.panel,
    seats: pair.seats,
    probe: new EdgeProbe(pair.panel, pair.seats, comparator, table, null),
    scenarioOf: (index) => (index < SPACE_SIZE ? pointScenario(index) : caseScenario(generator, key, seed, index - SPACE_SIZE)),
    shouldHurry: () => options.shouldHurry?.() ?? false,
    onDefect: (error) => pair.faults.onHarnessDefect(error),
    onFinding: (done, all) => {
      options.onProgress?.('minimising', done, all);
      return breath();
    },
  });
  const symptoms = findings.map((finding) => symptomOf(finding, inSpace.get(finding.bucket) ?? 0));
  const differences = await differencesOf(symptoms, new Rerun(pair), new Statements(pair, agreement.reachedSides()));
  const modelFaults = pair.faults.all(pair.outsiders);
  return { seed, pair, lenses: options.lenses, points, sequences, differences, agreement, modelFaults };
}

/** Lets signals and outside models be heard. */
function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function symptomOf(finding: Finding, points: number) {
  return { finding, points, sequences: finding.bucket.count - points };
}

/** Outside models get a chunk at once; the same scenarios are made again for the models of ours. */
async function askAhead(pair: Pair, from: number, end: number, scenarioAt: (index: number) => EncodedScenario) {
  if (pair.outsiders.length === 0) return [];
  const scenarios = Array.from({ length: end - from }, (_, offset) => decodeScenario(scenarioAt(from + offset)));
  scenarios.forEach((scenario, offset) => {
    pair.faults.cases.set(scenario, caseOf(from + offset));
  });
  return Promise.all(scenarios.map((scenario) => pair.seats.ask(scenario)));
}

/** The case of a random sequence; -1 for a point, which is no case. */
function caseOf(index: number): number {
  return Math.max(-1, index - SPACE_SIZE);
}
