/** A scenario from a file or stdin: a scenario itself, or a finding that holds one. */
import { readInput } from '../files/reading.js';
import { Place } from '../operations/usage-error.js';
import { FINDING_FORMAT } from '../report/finding-file.js';
import { readJson } from '../scenario/json.js';
import { scenarioFrom } from '../scenario/parse.js';
import type { Scenario } from '../scenario/scenario.js';

export interface ScenarioInput {
  readonly scenario: Scenario;
  /** Of a finding: its panel and its bucket. */
  readonly finding: { readonly profiles: readonly string[]; readonly bucket: string; readonly step: number } | null;
}

/** @throws {UsageError} */
export function readScenario(file: string): ScenarioInput {
  const { name, text } = readInput(file, 'a scenario or a finding');
  const json = readJson(text, name);
  const place = new Place(name, '$');
  if ((json as { format?: unknown } | null)?.format !== FINDING_FORMAT)
    return { scenario: scenarioFrom(json, place), finding: null };
  const { scenario, profiles, bucket, step } = json as Record<string, unknown>;
  const names =
    Array.isArray(profiles) && profiles.every((profile) => typeof profile === 'string')
      ? profiles
      : place.at('profiles').fail(profiles, 'an array of profile names');
  const { id } = (bucket ?? {}) as { id?: unknown };
  return {
    scenario: scenarioFrom(scenario, place.at('scenario')),
    finding: { profiles: names, bucket: typeof id === 'string' ? id : '', step: typeof step === 'number' ? step : 0 },
  };
}
