/** Pass: machine keys at their defaults. */
import type { Machine } from '../../models/contract/machine.js';
import { MACHINE_KEYS } from '../scenario/machine-keys.js';
import type { Scenario } from '../scenario/scenario.js';
import { defaultWidth } from './address-width.js';
import { adoptMostEdits, type Edit } from './adoption.js';
import type { Search, Trial } from './search.js';
import { oneVcpu } from './vcpus.js';

/** Keys whose reset has to change steps with it. */
const COORDINATED: Readonly<Record<string, Edit>> = { vcpus: oneVcpu, maxPhysAddr: defaultWidth };

export function* resetMachine(search: Search): Trial<void> {
  const names = Object.keys(MACHINE_KEYS).filter((name) => !isDefault(search.scenario.machine, name));
  yield* adoptMostEdits(
    search,
    names.map(
      (name) => COORDINATED[name] ?? ((scenario: Scenario) => ({ ...scenario, machine: resetKey(scenario.machine, name) })),
    ),
  );
}

function isDefault(machine: Machine, name: string): boolean {
  const key = MACHINE_KEYS[name];
  return key.same(key.get(machine), key.default(machine));
}

function resetKey(machine: Machine, name: string): Machine {
  const key = MACHINE_KEYS[name];
  return key.set(machine, key.default(machine)) as Machine;
}
