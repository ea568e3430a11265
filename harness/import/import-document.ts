/** A checked scenario from what an import found: its assumptions stand in `origin`. */
import { basename } from 'node:path';
import { Place } from '../operations/usage-error.js';
import { scenarioFrom } from '../scenario/parse.js';
import { SCENARIO_FORMAT, type Scenario } from '../scenario/scenario.js';
import type { Imported } from './register-draft.js';

/** @throws {UsageError} where the source says what no scenario can */
export function importedScenario(imported: Imported, format: string, file: string): Scenario {
  const { machine, steps } = imported;
  const document = {
    format: SCENARIO_FORMAT,
    name: importName(file, format),
    origin: originOf(imported.notes, format, file),
    machine,
    steps,
  };
  return scenarioFrom(document, new Place(`${file} (as a scenario)`, '$'));
}

export function importName(file: string, format: string): string {
  const name = basename(file).replace(/\.[A-Za-z]+$/, '');
  return file === 'stdin' || name === '' ? format : name;
}

export function originOf(notes: readonly string[], format: string, file: string): string {
  return [`imported from ${basename(file)} (${format})`, ...notes].join('; ');
}
