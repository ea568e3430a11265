/** Scenario to its canonical text: defaults omitted, keys in the order of docs/scenario-format.md, one step a line. */
import type { Machine } from '../../models/contract/machine.js';
import { printStep } from '../operations/step-codec.js';
import { MACHINE_KEYS } from './machine-keys.js';
import { SCENARIO_FORMAT, type Scenario } from './scenario.js';

/** The canonical JSON value. */
export function scenarioJson(scenario: Scenario): Record<string, unknown> {
  const machine = machineJson(scenario.machine);
  return {
    format: SCENARIO_FORMAT,
    ...(scenario.name === undefined ? {} : { name: scenario.name }),
    ...(scenario.origin === undefined ? {} : { origin: scenario.origin }),
    ...(Object.keys(machine).length === 0 ? {} : { machine }),
    steps: scenario.steps.map(printStep),
  };
}

export function machineJson(machine: Machine): Record<string, unknown> {
  const printed: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(MACHINE_KEYS)) {
    const value = key.get(machine);
    if (!key.same(value, key.default(machine))) printed[name] = key.print(value);
  }
  return printed;
}

/** The canonical text, with a final newline. */
export function printScenario(scenario: Scenario): string {
  const { steps, ...head } = scenarioJson(scenario) as { steps: unknown[] };
  const lines = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${oneLine(value)}`);
  const list = steps.length === 0 ? '[]' : `[\n${steps.map((step) => `    ${oneLine(step)}`).join(',\n')}\n  ]`;
  return `{\n${[...lines, `  "steps": ${list}`].join(',\n')}\n}\n`;
}

/** JSON on one line with a space after colons and commas, as people write it. */
export function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${oneLine(inner)}`);
  return entries.length === 0 ? '{}' : `{${entries.join(', ')}}`;
}
