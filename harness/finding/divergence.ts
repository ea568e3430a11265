/** The divergences of one scenario, for a reader of that scenario: every step and lens, with the buckets of the edges that differ there. */
import type { Bucket } from '../classify/bucket.js';
import type { HazardClass } from '../classify/hazard-class.js';
import { SEVERITIES, type Severity } from '../classify/severity.js';
import type { BucketLens } from '../compare/lens.js';
import type { Shown } from '../panel/probe.js';
import type { WorkingPanel } from '../panel/working-panel.js';
import type { Invariant } from '../../models/contract/invariant.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import type { Scenario } from '../scenario/scenario.js';
import { type NamedPartition, observationsOf, partitionAt } from './answers.js';

export interface Divergence extends NamedPartition {
  /** The number of steps for counters, which are compared after the last. */
  readonly step: number;
  readonly op: Bucket['op'];
  /** `invariant`: a step that broke one. */
  readonly lens: BucketLens;
  /** What is broken; absent of a lens. */
  readonly invariant?: Invariant;
  readonly buckets: readonly DivergentEdge[];
}

/** A bucket on one edge. */
export interface DivergentEdge {
  readonly id: string;
  readonly severity: Severity;
  /** Absent where private memory has no part in it. */
  readonly class?: HazardClass;
  readonly expected: string;
  readonly got: string;
  readonly edge: number;
}

export interface DivergentScenario {
  readonly divergences: readonly Divergence[];
  /** All that it shows, as the panel knows it. */
  readonly shown: readonly Shown[];
  /** By profile, one per step. */
  readonly observations: Readonly<Record<string, readonly ObservationJson[]>>;
}

/** Runs the whole panel on a scenario. Divergences in the order of steps, then lenses. */
export async function divergencesOf(scenario: Scenario, work: WorkingPanel): Promise<DivergentScenario> {
  const shown = await work.shown(scenario);
  const places = new Map<string, Shown[]>();
  for (const one of shown) {
    const { step, bucket } = one;
    const place = `${step} ${bucket.lens.name} ${bucket.lens.name === 'invariant' ? bucket.expectedSide : ''}`;
    places.set(place, [...(places.get(place) ?? []), one]);
  }
  const divergences = [...places.values()].map((members) => divergenceOf(members, scenario, work));
  return { divergences, shown, observations: observationsOf(scenario, work) };
}

/** Members of one step and lens. */
function divergenceOf(members: readonly Shown[], scenario: Scenario, work: WorkingPanel): Divergence {
  const [{ step, bucket, edge }] = members;
  const { seats, edges } = work.panel;
  const invariant = seats[edges[edge].seat].invariants?.find((stated) => stated?.id === bucket.expectedSide);
  return {
    step,
    op: bucket.op,
    lens: bucket.lens.name,
    ...partitionAt(bucket, step, scenario, work),
    buckets: members.map((member) => ({
      id: member.bucket.id,
      severity: SEVERITIES[member.rank],
      ...(member.hazard === null ? {} : { class: member.hazard }),
      expected: seats[edges[member.edge].reference].name,
      got: seats[edges[member.edge].seat].name,
      edge: member.edge,
    })),
    ...(bucket.lens.name === 'invariant' && invariant ? { invariant } : {}),
  };
}
