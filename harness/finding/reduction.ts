/** From buckets to findings: each bucket's witness minimised, slips to buckets of no case minimised in turn. */
import type { Bucket } from '../classify/bucket.js';
import type { Panel } from '../compare/panel.js';
import { minimisation } from '../minimise/minimise.js';
import type { Scenario } from '../scenario/scenario.js';
import type { EdgeProbe, Slip } from '../panel/probe.js';
import { type Finding, findingOf } from './finding.js';
import type { Seats } from '../panel/seats.js';

export interface Reduction {
  readonly panel: Panel;
  readonly seats: Seats;
  readonly probe: EdgeProbe;
  /** The scenario of a case, drawn again. */
  scenarioOf(index: number): Scenario;
  /** True: report the rest as they are, cut after the divergent step but not minimised. */
  shouldHurry(): boolean;
  /** Minimising one bucket failed. */
  onDefect(error: unknown): void;
  onFinding(done: number, all: number): Promise<void>;
}

/** Findings in the order of bucket ids; slips after the cases' own. */
export async function reduce(buckets: readonly Bucket[], reduction: Reduction): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const bucket of buckets) {
    const { witness } = bucket;
    const scenario = reduction.scenarioOf(witness.case);
    findings.push(await reduceOne(bucket, scenario, witness.edge, witness.case, null, reduction));
    await reduction.onFinding(findings.length, buckets.length);
  }
  const { slips } = reduction.probe;
  for (let next = 0; next < slips.length; next++) findings.push(await reduceSlip(slips[next], findings, reduction));
  return findings;
}

async function reduceSlip(slip: Slip, findings: readonly Finding[], reduction: Reduction): Promise<Finding> {
  const from = findings.find(({ bucket }) => bucket === slip.from);
  return reduceOne(slip.bucket, slip.scenario, slip.edge, from?.case ?? -1, slip.from.id, reduction);
}

async function reduceOne(
  bucket: Bucket,
  scenario: Scenario,
  edge: number,
  index: number,
  from: string | null,
  reduction: Reduction,
): Promise<Finding> {
  const { probe, panel, seats } = reduction;
  const holds = (candidate: Scenario) => probe.show(bucket, edge, candidate);
  const minimal = reduction.shouldHurry() ? await truncated(scenario, holds) : await minimised(scenario, holds, reduction);
  // -1: an outside model at fault; the last step of a minimal scenario is the one that shows.
  const shown = await holds(minimal.scenario);
  const step = shown < 0 ? minimal.scenario.steps.length - 1 : shown;
  return findingOf(bucket, { ...minimal, step, edge, slippedFrom: from, case: index }, panel, seats);
}

/** An outside model that answers now so, now otherwise cannot be minimised with: its finding is reported as it was. */
async function minimised(scenario: Scenario, holds: (candidate: Scenario) => Promise<number>, reduction: Reduction) {
  try {
    return await driven(scenario, holds);
  } catch (error) {
    reduction.onDefect(error);
    return truncated(scenario, holds);
  }
}

/** Minimising asks for one answer after the other; an outside model takes its time. */
async function driven(scenario: Scenario, holds: (candidate: Scenario) => Promise<number>) {
  const work = minimisation(scenario);
  let next = work.next();
  while (!next.done) next = work.next(await holds(next.value));
  return next.value;
}

async function truncated(scenario: Scenario, holds: (candidate: Scenario) => Promise<number>) {
  const step = await holds(scenario);
  return {
    scenario: step < 0 ? scenario : { ...scenario, steps: scenario.steps.slice(0, step + 1) },
    evaluations: 1,
    certifying: 0,
  };
}
