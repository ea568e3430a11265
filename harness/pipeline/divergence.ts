/** The divergences of one scenario, for a reader of that scenario: every edge, lens and step, with its bucket. */
import { BucketTable } from '../classify/bucket-table.js';
import { circumstancesAt } from '../classify/conversion-history.js';
import { divergenceRank, SEVERITIES, type Severity } from '../classify/severity.js';
import { Comparator } from '../compare/comparator.js';
import { LENSES, type LensName } from '../compare/lens.js';
import type { Panel } from '../compare/panel.js';
import { partitionOf } from '../compare/partition.js';
import type { OperationName } from '../../models/contract/operation.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { encodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import { lensFields, readableAt } from './finding.js';
import type { Seats } from './seats.js';

export interface Divergence {
  readonly step: number;
  readonly op: OperationName;
  readonly lens: LensName;
  readonly partition: readonly (readonly string[])[];
  readonly abstaining: readonly string[];
  readonly answers: readonly ObservationJson[];
  readonly buckets: readonly {
    readonly id: string;
    readonly severity: Severity;
    readonly expected: string;
    readonly got: string;
    readonly edge: number;
  }[];
}

export interface DivergentScenario {
  readonly divergences: readonly Divergence[];
  readonly observations: Readonly<Record<string, readonly ObservationJson[]>>;
  readonly table: BucketTable;
  readonly comparator: Comparator;
}

/** Runs the whole panel on a scenario. Divergences in the order of steps, then lenses. */
export async function divergencesOf(
  scenario: Scenario,
  panel: Panel,
  seats: Seats,
  names: readonly LensName[],
): Promise<DivergentScenario> {
  const lenses = names.map((name) => LENSES[name]);
  const table = new BucketTable(panel, lenses);
  const comparator = new Comparator(panel, lenses);
  const encoded = encodeScenario(scenario);
  await seats.answerAll(encoded, scenario);
  const { traces } = seats;
  const found = new Map<number, { step: number; lens: number; buckets: Divergence['buckets'][number][] }>();
  comparator.compare(encoded, traces, (lens, edge, step) => {
    const { reference, seat } = panel.edges[edge];
    const expected = traces[reference].observations[step];
    const got = traces[seat].observations[step];
    const { id } = table.bucketOf(lens, edge, encoded.words[step * STEP_WORDS], expected, got);
    const severity = SEVERITIES[divergenceRank(names[lens], expected, got, circumstancesAt(encoded, step))];
    const key = step * lenses.length + lens;
    const entry = found.get(key) ?? { step, lens, buckets: [] };
    entry.buckets.push({ id, severity, expected: panel.seats[reference].name, got: panel.seats[seat].name, edge });
    found.set(key, entry);
  });
  const divergences = [...found]
    .sort(([a], [b]) => a - b)
    .map(([, { step, lens, buckets }]) => divergenceAt(scenario, step, names[lens], buckets, panel, seats));
  const observations = Object.fromEntries(
    panel.seats.map(({ name }, seat) => [name, scenario.steps.map((_, step) => readableAt(panel, seats, seat, scenario, step))]),
  );
  return { divergences, observations, table, comparator };
}

function divergenceAt(
  scenario: Scenario,
  step: number,
  lens: LensName,
  buckets: Divergence['buckets'],
  panel: Panel,
  seats: Seats,
): Divergence {
  const answered = seats.traces.map(({ observations, values }) => ({
    observation: observations[step],
    hi: values[2 * step],
    lo: values[2 * step + 1],
  }));
  const { groups, abstaining } = partitionOf(panel.seats, answered, LENSES[lens]);
  const name = (seat: number) => panel.seats[seat].name;
  return {
    step,
    op: scenario.steps[step].op,
    lens,
    partition: groups.map((group) => group.map(name)),
    abstaining: abstaining.map(name),
    answers: groups.map(([first]) => lensFields(readableAt(panel, seats, first, scenario, step), LENSES[lens])),
    buckets,
  };
}
