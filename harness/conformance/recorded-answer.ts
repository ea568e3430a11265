/** What a profile answered to a scenario, as one line of a file: recorded by a command, by the compiled source or by a real kernel. */
import type { Counters, Profile } from '../../models/contract/model.js';
import { answerOf } from '../run/readable.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import { scenarioJson } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';

export interface RecordedAnswer {
  /** Of a file that holds answers of several profiles: whose. */
  readonly profile?: string;
  /** By what the answers were recorded, where not by the profile itself: `Linux 6.1.192 kvm-intel in Bochs 2.7`. */
  readonly origin?: string;
  readonly scenario: Scenario;
  readonly observations: readonly ObservationJson[];
  readonly counters?: Counters;
}

/** The canonical line. */
export function printRecorded({ profile, origin, scenario, observations, counters }: RecordedAnswer): string {
  return JSON.stringify({
    ...(profile === undefined ? {} : { profile }),
    ...(origin === undefined ? {} : { origin }),
    scenario: scenarioJson(scenario),
    observations,
    ...(counters === undefined ? {} : { counters }),
  });
}

/** What a profile answers today. */
export function recordedNow(profile: Profile, scenario: Scenario): RecordedAnswer {
  const { observations, counters } = answerOf(profile, scenario);
  return { scenario, observations, counters };
}
