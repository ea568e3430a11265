/** What the seats of a panel said at a step of the scenario that they have just run: readable, and who sides with whom. */
import { judgedPartition } from '../compare/judged-partition.js';
import type { BucketLens, Lens } from '../compare/lens.js';
import { type Partition, partitionOf } from '../compare/partition.js';
import type { Bucket } from '../classify/bucket.js';
import { comparedCounters, counterPartition } from '../panel/counter-comparison.js';
import type { WorkingPanel } from '../panel/working-panel.js';
import type { Counters } from '../../models/contract/counters.js';
import { ruleOf } from '../../models/contract/observation.js';
import { besideOf } from '../operations/beside.js';
import { type ObservationJson, observationJson } from '../scenario/observation-json.js';
import type { Scenario } from '../scenario/scenario.js';

/** What a group of profiles answered: the fields of the lens, or, after the last step, the counters. */
export interface GroupAnswer extends ObservationJson {
  readonly counters?: Counters;
}

/** Who stood together, by name. */
export interface NamedPartition {
  readonly partition: readonly (readonly string[])[];
  readonly abstaining: readonly string[];
  /** By group of the partition. */
  readonly answers: readonly GroupAnswer[];
}

/** Who sides with whom where a bucket shows: by the answers, by the counters, or by who keeps the invariant. */
export function partitionAt(bucket: Bucket, step: number, scenario: Scenario, work: WorkingPanel): NamedPartition {
  const { groups, abstaining } = seatsApart(bucket, step, scenario, work);
  const name = (seat: number) => work.panel.seats[seat].name;
  const answer = (seat: number): GroupAnswer =>
    bucket.op === 'end'
      ? { outcome: 'ok', counters: comparedCounters(work.seats.counters(seat)) }
      : lensFields(readableAt(work, seat, scenario, step), bucket.lens);
  return {
    partition: groups.map((group) => group.map(name)),
    abstaining: abstaining.map(name),
    answers: groups.map(([first]) => answer(first)),
  };
}

function seatsApart(
  { lens, op, expectedSide }: Bucket,
  step: number,
  { steps }: Scenario,
  { panel, seats }: WorkingPanel,
): Partition {
  if (op === 'end') return counterPartition(panel, steps.length, seats);
  const { traces } = seats;
  if (lens.name === 'invariant') return judgedPartition(panel, traces, expectedSide, step);
  const answered = traces.map((trace) => ({
    observation: trace.observations[step],
    hi: trace.values[2 * step],
    lo: trace.values[2 * step + 1],
  }));
  return partitionOf(panel.seats, answered, lens);
}

/** By profile: the observation of every step, with the id of the deciding rule. */
export function observationsOf(scenario: Scenario, work: WorkingPanel): Record<string, readonly ObservationJson[]> {
  const { seats } = work.panel;
  const all = (seat: number) => scenario.steps.map((_, step) => readableAt(work, seat, scenario, step));
  return Object.fromEntries(seats.map(({ name }, seat) => [name, all(seat)]));
}

function readableAt({ panel, seats }: WorkingPanel, seat: number, scenario: Scenario, step: number): ObservationJson {
  const { observations, values } = seats.traces[seat];
  const observation = observations[step];
  const beside = besideOf(scenario.steps[step], observation, values[2 * step], values[2 * step + 1]);
  return observationJson(observation, beside, panel.seats[seat].rules[ruleOf(observation)]?.id);
}

/** Fields of an answer that a lens compares, beside its outcome. */
const FIELDS: Readonly<Record<BucketLens, readonly (keyof ObservationJson)[]>> = {
  msr: ['value', 'reason'],
  memtype: ['memtype'],
  level: ['level'],
  private: ['page', 'wants', 'offset'],
  exact: ['value', 'index', 'memtype', 'level', 'leaf', 'page', 'wants', 'errno', 'offset', 'reason'],
  invariant: ['value', 'index', 'memtype', 'level', 'leaf', 'page', 'wants', 'errno', 'offset', 'reason'],
  cost: [],
};

/** What the lens compares of an answer; CD as UC and WC+ as WC where it does so. */
export function lensFields(json: ObservationJson, lens: Lens): ObservationJson {
  const kept = FIELDS[lens.name].filter((key) => json[key] !== undefined).map((key) => [key, json[key]]);
  const isSilent = json.outcome === 'undefined' || json.outcome === 'n/a';
  if (isSilent) return { outcome: 'abstains', ...(json.candidates === undefined ? {} : { candidates: json.candidates }) };
  const fields = { outcome: json.outcome, ...Object.fromEntries(kept) } as ObservationJson;
  if (lens.name !== 'memtype' || json.memtype === undefined) return fields;
  const { memtype } = json;
  return { ...fields, memtype: memtype === 'CD' ? 'UC' : memtype === 'WC+' ? 'WC' : memtype };
}
