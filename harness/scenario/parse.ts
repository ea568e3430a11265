/** Text to scenario, with errors that name file, path, what was found and what was expected. */
import type { Machine } from '../../models/contract/machine.js';
import { parseStep } from '../operations/step-codec.js';
import { Place } from '../operations/usage-error.js';
import { readJson } from './json.js';
import { firstRefusedInL2 } from './level-two.js';
import { MACHINE_KEYS } from './machine-keys.js';
import { objectWith } from '../operations/known-keys.js';
import { SCENARIO_FORMAT, type Scenario } from './scenario.js';

/** More would take minutes and memory that nobody has; longer names are no names. */
const MOST_STEPS = 100_000;
const LONGEST_NAME = 1000;

/** @throws {UsageError} */
export function parseScenario(text: string, file: string): Scenario {
  return scenarioFrom(readJson(text, file), new Place(file, '$'));
}

/** A scenario from a JSON value. @throws {UsageError} */
export function scenarioFrom(value: unknown, place: Place): Scenario {
  const found = objectWith(value, ['format', 'name', 'origin', 'machine', 'steps'], place);
  if (found.format !== SCENARIO_FORMAT) place.at('format').fail(found.format, `"${SCENARIO_FORMAT}"`);
  const machine = machineFrom(found.machine ?? (Object.hasOwn(found, 'machine') ? found.machine : {}), place.at('machine'));
  const bounded = place.at('steps').bounded(machine.vcpus, 2 ** (machine.maxPhysAddr - 12));
  if (!Array.isArray(found.steps)) return bounded.fail(found.steps, 'an array of steps');
  if (found.steps.length > MOST_STEPS) bounded.refuse(`found ${found.steps.length} steps, expected at most ${MOST_STEPS}`);
  const steps = found.steps.map((step, index) => parseStep(step, bounded.at(index)));
  const refused = firstRefusedInL2(machine, steps);
  if (refused !== null) {
    const { step, key, expected } = refused;
    bounded
      .at(step)
      .at(key)
      .fail((found.steps[step] as Record<string, unknown>)[key], expected);
  }
  return { ...textKey('name', found, place), ...textKey('origin', found, place), machine, steps };
}

function textKey(key: 'name' | 'origin', found: Record<string, unknown>, place: Place): { name?: string; origin?: string } {
  if (!Object.hasOwn(found, key)) return {};
  const value = found[key];
  if (typeof value !== 'string') return place.at(key).fail(value, 'a string');
  if (key === 'name' && value.length > LONGEST_NAME) place.at(key).fail(value, `at most ${LONGEST_NAME} characters`);
  return { [key]: value };
}

/** A machine with every default applied. @throws {UsageError} */
export function machineFrom(value: unknown, place: Place): Machine {
  const found = objectWith(value, Object.keys(MACHINE_KEYS), place);
  let machine: Partial<Machine> = {};
  for (const [name, key] of Object.entries(MACHINE_KEYS)) {
    const limit = 2 ** ((machine.maxPhysAddr ?? 46) - 12);
    const at = place.at(name).bounded(8, limit);
    machine = key.set(machine, Object.hasOwn(found, name) ? key.parse(found[name], at, machine) : key.default(machine));
  }
  return machine as Machine;
}
