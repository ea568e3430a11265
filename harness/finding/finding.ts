/** A bucket with its minimal scenario: what is reported, kept in a file, replayed. */
import { type AliasHazard, aliasHazard } from '../classify/alias.js';
import type { Bucket } from '../classify/bucket.js';
import { backingAt, UNBACKED } from '../classify/frame-history.js';
import { circumstancesAt } from '../classify/conversion-history.js';
import { type HazardClass, invariantClass } from '../classify/hazard-class.js';
import { hazardOf, SEVERITIES, type Severity } from '../classify/severity.js';
import { isJudged } from '../compare/judge.js';
import type { Minimal } from '../panel/bucket-reduction.js';
import type { WorkingPanel } from '../panel/working-panel.js';
import type { Invariant } from '../../models/contract/invariant.js';
import type { Profile } from '../../models/contract/model.js';
import type { EffectiveType } from '../../models/contract/memory-type.js';
import { memtypeOf } from '../../models/contract/observation.js';
import { stepNotes, zapsApart } from '../run/step-notes.js';
import { type EncodedScenario, encodeScenario } from '../scenario/encoded.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import type { Scenario } from '../scenario/scenario.js';
import { type GroupAnswer, observationsOf, partitionAt } from './answers.js';

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
  readonly answers: readonly GroupAnswer[];
  /** By group: the deciding rules of its members. */
  readonly groupRules: readonly (readonly string[])[];
  /** By profile: the observation of every step. */
  readonly observations: Readonly<Record<string, readonly ObservationJson[]>>;
  readonly alias: Readonly<Record<'expected' | 'got', AliasHazard>> | null;
  /** Of counters that differ: the rules by which the two sides zap, or do not, where they first differ in it; null where none is known. */
  readonly zaps: readonly [string | null, string | null] | null;
  readonly evaluations: number;
  readonly certifying: number;
  /** The bucket that was being minimised when this one showed; null for a case of its own. */
  readonly slippedFrom: string | null;
  /** Case of the campaign that the minimal scenario was made from. */
  readonly case: number;
}

/** What of a finding is not in its minimal scenario. */
export interface Provenance {
  readonly slippedFrom: string | null;
  readonly case: number;
}

/** Runs the whole panel on a bucket's minimal scenario and notes what everyone says. */
export async function findingOf(minimal: Minimal, { slippedFrom, case: index }: Provenance, work: WorkingPanel): Promise<Finding> {
  const { bucket, scenario, step, edge, rank, evaluations, certifying } = minimal;
  const encoded = encodeScenario(scenario);
  await work.seats.answerAll(encoded, scenario);
  const { seats, edges } = work.panel;
  const { reference, seat } = edges[edge];
  const observations = observationsOf(scenario, work);
  const apart = partitionAt(bucket, step, scenario, work);
  return {
    bucket,
    severity: SEVERITIES[rank],
    hazard: hazardOfBucket(minimal, encoded, work),
    invariant:
      seats[seat].invariants?.find((invariant) => bucket.lens.name === 'invariant' && invariant?.id === bucket.expectedSide) ??
      null,
    scenario,
    step,
    expected: seats[reference].name,
    got: seats[seat].name,
    ...apart,
    groupRules: apart.partition.map((group) => [...new Set(group.flatMap((name) => observations[name][step]?.rule ?? []))]),
    observations,
    alias: aliasOf(minimal, encoded, work),
    zaps: bucket.op === 'end' ? zapsOf(scenario, work.seats.profiles[reference], work.seats.profiles[seat]) : null,
    evaluations,
    certifying,
    slippedFrom,
    case: index,
  };
}

function hazardOfBucket(
  { bucket, step, edge }: Minimal,
  encoded: EncodedScenario,
  { panel, seats }: WorkingPanel,
): HazardClass | null {
  if (bucket.lens.name === 'invariant') return invariantClass(bucket.expectedSide);
  const { reference, seat } = panel.edges[edge];
  const answer = (side: number) => seats.traces[side].observations[Math.min(step, encoded.steps - 1)];
  return hazardOf(bucket.lens.name, answer(reference), answer(seat), circumstancesAt(encoded, step));
}

/** Ids of the rules that decided the two sides in the minimal scenario; of a side without rules, its answer; of an invariant, its id. */
export function sideRules({ bucket, invariant, observations, expected, got, step, zaps }: Finding): [string, string] {
  if (bucket.op === 'end') return [zaps?.[0] ?? bucket.expectedSide, zaps?.[1] ?? bucket.gotSide];
  if (invariant !== null) return [invariant.id, observations[got]?.[step]?.rule ?? bucket.gotSide];
  return [observations[expected]?.[step]?.rule ?? bucket.expectedSide, observations[got]?.[step]?.rule ?? bucket.gotSide];
}

function zapsOf(scenario: Scenario, expected: Profile | undefined, got: Profile | undefined): Finding['zaps'] {
  if (expected === undefined || got === undefined) return null;
  const apart = zapsApart(stepNotes(expected, scenario), stepNotes(got, scenario));
  return apart === null ? null : [apart.a?.id ?? null, apart.b?.id ?? null];
}

function aliasOf({ scenario, step, edge }: Minimal, encoded: EncodedScenario, { panel, seats }: WorkingPanel): Finding['alias'] {
  const operation = scenario.steps[step];
  if (operation?.op !== 'access' || isJudged(panel.edges[edge])) return null;
  const backing = backingAt(encoded, step, operation.gfn);
  const { reference, seat } = panel.edges[edge];
  const expected = memtypeOf(seats.traces[reference].observations[step]);
  const got = memtypeOf(seats.traces[seat].observations[step]);
  if (backing === UNBACKED || expected === null || got === null) return null;
  const hazard = (type: EffectiveType, side: number) => aliasHazard(type, backing, panel.seats[side].vendor);
  return { expected: hazard(expected, reference), got: hazard(got, seat) };
}
