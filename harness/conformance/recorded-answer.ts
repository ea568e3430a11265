/** What a profile answered to a scenario, as one line of a file: recorded by a command, by the compiled source or by a real kernel. */
import type { Counters, Model, Profile } from '../../models/contract/model.js';
import { Place } from '../operations/usage-error.js';
import { lastingInvariants } from '../run/bench-of-models.js';
import { guestSessionOf } from '../run/guest-session.js';
import { readable } from '../run/readable.js';
import { runModel } from '../run/run.js';
import { Trace } from '../run/trace.js';
import { encodeScenario } from '../scenario/encoded.js';
import { readJson } from '../scenario/json.js';
import { type ObservationJson, parseObservation } from '../scenario/observation-json.js';
import { scenarioFrom } from '../scenario/parse.js';
import { scenarioJson } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';
import { list, object, optional, record } from '../scenario/shape.js';
import { custom, text, whole } from '../scenario/shape-values.js';

export interface RecordedAnswer {
  /** Of a file that holds answers of several profiles: whose. */
  readonly profile?: string;
  /** By what the answers were recorded, where not by the profile itself: `Linux 6.1.192 kvm-intel in Bochs 2.7`. */
  readonly origin?: string;
  readonly scenario: Scenario;
  /** One a step. Of another origin than the profile itself a field may be absent: then it is not compared. */
  readonly observations: readonly ObservationJson[];
  readonly counters?: Counters;
  /** Invariants that steps broke, by the step's index; absent: none did. */
  readonly broken?: Readonly<Record<string, readonly string[]>>;
}

const LINE = object({
  profile: optional(text),
  origin: optional(text),
  scenario: custom(scenarioFrom, { type: 'object' }),
  observations: custom(anyList, { type: 'array', items: { type: 'object' } }),
  counters: optional(record(whole(0))),
  broken: optional(record(list(text))),
});

function anyList(value: unknown, place: Place): readonly unknown[] {
  return Array.isArray(value) ? value : place.fail(value, 'an array of observations');
}

/** @throws {UsageError} naming file, line and path */
export function parseRecorded(line: string, file: string, number: number): RecordedAnswer {
  const place = new Place(`${file} line ${number}`, '$');
  const found = LINE.parse(readJson(line, `${file} line ${number}`), place) as RecordedAnswer;
  check(found.observations, found.scenario, place.at('observations'));
  return found;
}

/** What evidence does not say of a step. */
const SKIPPED = 'skip';

/** Whether an answer says nothing that another one could be held against. */
export function isOpen({ outcome }: ObservationJson): boolean {
  return outcome === 'undefined' || outcome === 'n/a' || (outcome as string) === SKIPPED;
}

/** The words of each observation are checked against its operation, and stay as they stand: recordings may leave fields out. */
function check(observations: readonly unknown[], { steps }: Scenario, place: Place): void {
  if (observations.length !== steps.length) place.fail(observations.length, `${steps.length} observations, one a step`);
  observations.forEach((observation, step) => {
    if ((observation as ObservationJson | null)?.outcome === (SKIPPED as string)) return;
    parseObservation(observation, place.at(step), steps[step].op);
  });
}

/** The canonical line. */
export function printRecorded({ profile, origin, scenario, observations, counters, broken }: RecordedAnswer): string {
  return JSON.stringify({
    ...(profile === undefined ? {} : { profile }),
    ...(origin === undefined ? {} : { origin }),
    scenario: scenarioJson(scenario),
    observations,
    ...(counters === undefined ? {} : { counters }),
    ...(broken === undefined ? {} : { broken }),
  });
}

/** What a profile answers today. @param model one of the profile's, which may have run other scenarios before */
export function recordedNow(profile: Profile, scenario: Scenario, model: Model = profile.create()): RecordedAnswer {
  const trace = new Trace(scenario.steps.length, lastingInvariants(profile));
  runModel(model, encodeScenario(scenario), trace, guestSessionOf(profile));
  const broken = brokenSteps(profile, trace, scenario.steps.length);
  return {
    scenario,
    observations: readable(profile, scenario, trace, true),
    counters: model.counters(),
    ...(broken.length === 0 ? {} : { broken: Object.fromEntries(broken) }),
  };
}

function brokenSteps({ invariants = [] }: Profile, { broken }: Trace, steps: number): [string, readonly string[]][] {
  if (broken === null) return [];
  return Array.from(broken.subarray(0, steps)).flatMap((bits, step): [string, readonly string[]][] => {
    const ids = invariants.flatMap((invariant, bit) => (invariant !== null && (bits >> bit) & 1 ? [invariant.id] : []));
    return ids.length === 0 ? [] : [[String(step), ids]];
  });
}
