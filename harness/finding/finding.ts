/** A bucket with its minimal scenario: what is reported, kept in a file, replayed. */
import { type AliasHazard, aliasHazard } from '../classify/alias.js';
import type { Bucket } from '../classify/bucket.js';
import { backingAt, UNBACKED } from '../classify/frame-history.js';
import { circumstancesAt } from '../classify/conversion-history.js';
import { type HazardClass, invariantClass } from '../classify/hazard-class.js';
import { hazardOf, SEVERITIES, type Severity } from '../classify/severity.js';
import { isJudged } from '../compare/judge.js';
import { judgedPartition } from '../compare/judged-partition.js';
import type { Lens } from '../compare/lens.js';
import { type Partition, partitionOf } from '../compare/partition.js';
import type { Panel } from '../compare/panel.js';
import type { Invariant } from '../../models/contract/invariant.js';
import type { EffectiveType } from '../../models/contract/memory-type.js';
import { memtypeOf, OK, OUTCOME_MASK, ruleOf } from '../../models/contract/observation.js';
import { encodeScenario } from '../scenario/encoded.js';
import { type ObservationJson, observationJson } from '../scenario/observation-json.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Seats } from '../panel/seats.js';

export interface Finding {
  readonly bucket: Bucket;
  readonly severity: Severity;
  /** Null where private memory has no part in it. */
  readonly hazard: HazardClass | null;
  /** The invariant that was broken, by `got`; null: a divergence of `expected` and `got`. */
  readonly invariant: Invariant | null;
  readonly scenario: Scenario;
  /** Index of the divergent step in the minimal scenario; for `cost` the number of steps. */
  readonly step: number;
  /** The two sides of the edge shown; of a broken invariant, both the profile that breaks it. */
  readonly expected: string;
  readonly got: string;
  readonly partition: readonly (readonly string[])[];
  readonly abstaining: readonly string[];
  /** By group of the partition: the fields of the lens. */
  readonly answers: readonly ObservationJson[];
  /** By group: the deciding rules of its members. */
  readonly groupRules: readonly (readonly string[])[];
  /** By profile: the observation of every step. */
  readonly observations: Readonly<Record<string, readonly ObservationJson[]>>;
  readonly alias: Readonly<Record<'expected' | 'got', AliasHazard>> | null;
  readonly evaluations: number;
  readonly certifying: number;
  /** The bucket that was being minimised when this one showed; null for a case of its own. */
  readonly slippedFrom: string | null;
  /** Case of the campaign that the minimal scenario was made from. */
  readonly case: number;
}

export interface Minimal {
  readonly scenario: Scenario;
  readonly step: number;
  readonly edge: number;
  readonly evaluations: number;
  readonly certifying: number;
  readonly slippedFrom: string | null;
  readonly case: number;
}

/** Runs the whole panel on a bucket's minimal scenario and notes what everyone says. */
export async function findingOf(bucket: Bucket, minimal: Minimal, panel: Panel, seats: Seats): Promise<Finding> {
  const { scenario, step } = minimal;
  await seats.answerAll(encodeScenario(scenario), scenario);
  const observations = panel.seats.map((_, seat) => scenario.steps.map((__, at) => readableAt(panel, seats, seat, scenario, at)));
  const { groups, abstaining } = partitionAt(bucket.lens, bucket.expectedSide, step, panel, seats);
  const name = (seat: number) => panel.seats[seat].name;
  const { reference, seat } = panel.edges[minimal.edge];
  return {
    bucket,
    severity: SEVERITIES[bucket.rank],
    hazard: hazardOfBucket(bucket, minimal, panel, seats),
    invariant: invariantOf(bucket, panel, seat),
    scenario,
    step,
    expected: name(reference),
    got: name(seat),
    partition: groups.map((group) => group.map(name)),
    abstaining: abstaining.map(name),
    answers: groups.map(([first]) => lensFields(observations[first][step], bucket.lens)),
    groupRules: groups.map((group) =>
      [...new Set(group.map((member) => observations[member][step].rule ?? ''))].filter((rule) => rule !== ''),
    ),
    observations: Object.fromEntries(panel.seats.map(({ name: key }, index) => [key, observations[index]])),
    alias: aliasOf(minimal, panel, seats),
    evaluations: minimal.evaluations,
    certifying: minimal.certifying,
    slippedFrom: minimal.slippedFrom,
    case: minimal.case,
  };
}

/** Who sides with whom at a step: by the answers, or, of a judged invariant, by who keeps it. */
export function partitionAt(lens: Lens, invariant: string, step: number, panel: Panel, { traces }: Seats): Partition {
  if (lens.name === 'invariant') return judgedPartition(panel, traces, invariant, step);
  const answered = traces.map((trace) => ({
    observation: trace.observations[step],
    hi: trace.values[2 * step],
    lo: trace.values[2 * step + 1],
  }));
  return partitionOf(panel.seats, answered, lens);
}

/** Of a bucket of broken invariants: the invariant, as the seat states it. */
export function invariantOf({ lens, expectedSide }: Bucket, panel: Panel, seat: number): Invariant | null {
  if (lens.name !== 'invariant') return null;
  return panel.seats[seat].invariants?.find((invariant) => invariant?.id === expectedSide) ?? null;
}

function hazardOfBucket(bucket: Bucket, { scenario, step, edge }: Minimal, panel: Panel, { traces }: Seats): HazardClass | null {
  if (bucket.lens.name === 'invariant') return invariantClass(bucket.expectedSide);
  const { reference, seat } = panel.edges[edge];
  const answer = (side: number) => traces[side].observations[Math.min(step, scenario.steps.length - 1)];
  return hazardOf(bucket.lens.name, answer(reference), answer(seat), circumstancesAt(encodeScenario(scenario), step));
}

/** Ids of the rules that decided the two sides in the minimal scenario; of a side without rules, its answer; of an invariant, its id. */
export function sideRules({ bucket, invariant, observations, expected, got, step }: Finding): [string, string] {
  if (invariant !== null) return [invariant.id, observations[got]?.[step]?.rule ?? bucket.gotSide];
  return [observations[expected]?.[step]?.rule ?? bucket.expectedSide, observations[got]?.[step]?.rule ?? bucket.gotSide];
}

export function readableAt(panel: Panel, seats: Seats, seat: number, scenario: Scenario, step: number): ObservationJson {
  const { observations, values } = seats.traces[seat];
  const observation = observations[step];
  const isValue = scenario.steps[step].op === 'read-msr' && (observation & OUTCOME_MASK) === OK;
  const value = isValue ? { hi: values[2 * step], lo: values[2 * step + 1] } : null;
  return observationJson(observation, value, panel.seats[seat].rules[ruleOf(observation)]?.id);
}

/** What the lens compares of an answer; CD as UC and WC+ as WC where it does so. */
export function lensFields(json: ObservationJson, lens: Lens): ObservationJson {
  const { outcome, value, memtype, level, leaf, page, wants, errno } = json;
  if (lens.name === 'msr') return { outcome, ...(value === undefined ? {} : { value }) };
  if (lens.name === 'memtype') {
    const folded = memtype === 'CD' ? 'UC' : memtype === 'WC+' ? 'WC' : memtype;
    return { outcome, ...(folded === undefined ? {} : { memtype: folded }) };
  }
  if (lens.name === 'level') return { outcome, ...(level === undefined ? {} : { level }) };
  if (lens.name === 'private')
    return { outcome, ...(page === undefined ? {} : { page }), ...(wants === undefined ? {} : { wants }) };
  const all = { outcome, value, memtype, level, leaf, page, wants, errno };
  return Object.fromEntries(Object.entries(all).filter(([, field]) => field !== undefined)) as unknown as ObservationJson;
}

function aliasOf({ scenario, step, edge }: Minimal, panel: Panel, seats: Seats): Finding['alias'] {
  const operation = scenario.steps[step];
  if (operation?.op !== 'access' || isJudged(panel.edges[edge])) return null;
  const backing = backingAt(encodeScenario(scenario), step, operation.gfn);
  const { reference, seat } = panel.edges[edge];
  const expected = memtypeOf(seats.traces[reference].observations[step]);
  const got = memtypeOf(seats.traces[seat].observations[step]);
  if (backing === UNBACKED || expected === null || got === null) return null;
  const hazardOf = (type: EffectiveType, side: number) => aliasHazard(type, backing, panel.seats[side].vendor);
  return { expected: hazardOf(expected, reference), got: hazardOf(got, seat) };
}
