/** A scenario from a file or stdin: a scenario itself, or a finding that holds one. */
import { readInput } from '../files/reading.js';
import { Place } from '../operations/usage-error.js';
import { FINDING_FORMAT, type StoredFinding, storedFinding } from '../finding/finding-file.js';
import { readJson } from '../scenario/json.js';
import { scenarioFrom } from '../scenario/parse.js';
import type { Scenario } from '../scenario/scenario.js';

export interface ScenarioInput {
  readonly scenario: Scenario;
  /** Of a finding: its panel, its bucket, what it says that was answered. */
  readonly finding: StoredFinding | null;
}

/** @throws {UsageError} */
export function readScenario(file: string): ScenarioInput {
  const { name, text } = readInput(file, 'a scenario or a finding');
  const json = readJson(text, name);
  const place = new Place(name, '$');
  const { format, bucket, scenario } = (json ?? {}) as Record<string, unknown>;
  if (typeof format !== 'string' || !format.startsWith(FINDING_FORMAT.replace(/\d+$/, '')))
    return { scenario: scenarioFrom(json, place), finding: null };
  // What `emtdiff minimise` says of a scenario in which nothing diverges.
  if (bucket === null) return { scenario: scenarioFrom(scenario, place.at('scenario')), finding: null };
  const finding = storedFinding(json, name);
  return { scenario: finding.scenario, finding };
}
