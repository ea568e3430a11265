/** The divergences of one scenario, for a reader of that scenario: every edge, lens and step, with its bucket. */
import type { Bucket } from '../classify/bucket.js';
import { BucketTable } from '../classify/bucket-table.js';
import { circumstancesAt } from '../classify/conversion-history.js';
import { type HazardClass, invariantClass } from '../classify/hazard-class.js';
import { divergenceRank, hazardOf, invariantRank, SEVERITIES, type Severity } from '../classify/severity.js';
import { Comparator } from '../compare/comparator.js';
import { Judge } from '../compare/judge.js';
import { type BucketLens, LENSES, type Lens, type LensName } from '../compare/lens.js';
import type { Panel } from '../compare/panel.js';
import type { Invariant } from '../../models/contract/invariant.js';
import type { OperationName } from '../../models/contract/operation.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { type EncodedScenario, encodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import { lensFields, partitionAt, readableAt } from './finding.js';
import type { Seats } from '../panel/seats.js';

export interface Divergence {
  readonly step: number;
  readonly op: OperationName;
  /** `invariant`: a step that broke one. */
  readonly lens: BucketLens;
  /** What is broken; absent of a lens. */
  readonly invariant?: Invariant;
  readonly partition: readonly (readonly string[])[];
  readonly abstaining: readonly string[];
  readonly answers: readonly ObservationJson[];
  readonly buckets: readonly {
    readonly id: string;
    readonly severity: Severity;
    /** Absent where private memory has no part in it. */
    readonly class?: HazardClass;
    readonly expected: string;
    readonly got: string;
    readonly edge: number;
  }[];
}

/** What divergences are found and named with. */
export interface Eyes {
  readonly table: BucketTable;
  readonly comparator: Comparator;
}

export interface DivergentScenario extends Eyes {
  readonly divergences: readonly Divergence[];
  readonly observations: Readonly<Record<string, readonly ObservationJson[]>>;
}

export function eyesOf(panel: Panel, names: readonly LensName[]): Eyes {
  const lenses = names.map((name) => LENSES[name]);
  return { table: new BucketTable(panel, lenses), comparator: new Comparator(panel, lenses) };
}

/** Runs the whole panel on a scenario. Divergences in the order of steps, then lenses. @param eyes of this panel and these lenses */
export async function divergencesOf(
  scenario: Scenario,
  panel: Panel,
  seats: Seats,
  names: readonly LensName[],
  { table, comparator }: Eyes = eyesOf(panel, names),
): Promise<DivergentScenario> {
  const encoded = encodeScenario(scenario);
  await seats.answerAll(encoded, scenario);
  const { traces } = seats;
  const found = new Map<number, { step: number; lens: number; buckets: Divergence['buckets'][number][] }>();
  comparator.compare(encoded, traces, (lens, edge, step) => {
    const { reference, seat } = panel.edges[edge];
    const expected = traces[reference].observations[step];
    const got = traces[seat].observations[step];
    const { id } = table.bucketOf(lens, edge, encoded.words[step * STEP_WORDS], expected, got);
    const circumstances = circumstancesAt(encoded, step);
    const severity = SEVERITIES[divergenceRank(names[lens], expected, got, circumstances)];
    const hazard = hazardOf(names[lens], expected, got, circumstances);
    const key = step * names.length + lens;
    const entry = found.get(key) ?? { step, lens, buckets: [] };
    const sides = { expected: panel.seats[reference].name, got: panel.seats[seat].name };
    entry.buckets.push({ id, severity, ...(hazard === null ? {} : { class: hazard }), ...sides, edge });
    found.set(key, entry);
  });
  const compared = [...found]
    .sort(([a], [b]) => a - b)
    .map(([, { step, lens, buckets }]) => divergenceAt(scenario, step, LENSES[names[lens]], buckets, panel, seats));
  const divergences = [...compared, ...brokenIn(scenario, encoded, panel, seats, table)].sort((a, b) => a.step - b.step);
  const observations = Object.fromEntries(
    panel.seats.map(({ name }, seat) => [name, scenario.steps.map((_, step) => readableAt(panel, seats, seat, scenario, step))]),
  );
  return { divergences, observations, table, comparator };
}

/** Invariants that steps broke: of each step and invariant one divergence, with the profiles that broke it there. */
function brokenIn(scenario: Scenario, encoded: EncodedScenario, panel: Panel, seats: Seats, table: BucketTable): Divergence[] {
  const found = new Map<string, { step: number; bucket: Bucket; invariant: Invariant; buckets: Divergence['buckets'][number][] }>();
  new Judge(panel).judge(encoded.steps, seats.traces, (edge, bit, step) => {
    const { seat } = panel.edges[edge];
    const { name, invariants } = panel.seats[seat];
    const invariant = invariants?.[bit];
    if (!invariant) return;
    const code = encoded.words[step * STEP_WORDS];
    const bucket = table.invariantBucket(edge, bit, code, seats.traces[seat].observations[step]);
    const key = `${step} ${invariant.id}`;
    const entry = found.get(key) ?? { step, bucket, invariant, buckets: [] };
    const hazard = invariantClass(invariant.id);
    const severity = SEVERITIES[invariantRank(invariant.id)];
    entry.buckets.push({ id: bucket.id, severity, class: hazard, expected: name, got: name, edge });
    found.set(key, entry);
  });
  return [...found.values()].map(({ step, bucket, invariant, buckets }) => ({
    ...divergenceAt(scenario, step, bucket.lens, buckets, panel, seats, bucket.expectedSide),
    invariant,
  }));
}

function divergenceAt(
  scenario: Scenario,
  step: number,
  lens: Lens,
  buckets: Divergence['buckets'],
  panel: Panel,
  seats: Seats,
  invariant = '',
): Divergence {
  const { groups, abstaining } = partitionAt(lens, invariant, step, panel, seats);
  const name = (seat: number) => panel.seats[seat].name;
  return {
    step,
    op: scenario.steps[step].op,
    lens: lens.name,
    partition: groups.map((group) => group.map(name)),
    abstaining: abstaining.map(name),
    answers: groups.map(([first]) => lensFields(readableAt(panel, seats, first, scenario, step), lens)),
    buckets,
  };
}
