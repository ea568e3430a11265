/** Options from the environment: `EMTDIFF_` and the option in capitals, `EMTDIFF_FAIL_ON=any`. */
import { shown, UsageError } from '../../operations/usage-error.js';
import type { Chosen, Layer, OptionValue } from './layer.js';
import { ENVIRONMENT_ONLY, REPEATABLE, SETTINGS, SWITCHES } from './setting.js';

type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'EMTDIFF_';
/** Read elsewhere: which file, and the number of shards where the engine gives none (harness/engine/shard-choice.ts). */
const OTHERS = ['EMTDIFF_CONFIG', 'EMTDIFF_SHARDS'];

const NAMES = new Map([...SETTINGS.map(({ option }) => option), ...ENVIRONMENT_ONLY].map((option) => [variableOf(option), option]));

/** The variable of an option. */
export function variableOf(option: string): string {
  return `${PREFIX}${option.toUpperCase().replaceAll('-', '_')}`;
}

/** A variable that is empty counts as none. @throws {UsageError} for one that begins like ours and is none: a slip of the finger costs no night */
export function environmentLayer(environment: Environment): Layer {
  const layer = new Map<string, Chosen>();
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(PREFIX) || OTHERS.includes(variable) || value === undefined || value === '') continue;
    const option = NAMES.get(variable);
    if (option === undefined)
      throw new UsageError(
        `${variable}: found in the environment, expected no ${PREFIX} variable besides ${[...NAMES.keys(), ...OTHERS].join(' ')}`,
      );
    const chosen = optionValue(option, value, variable);
    // Not to be without a ledger says nothing of which.
    if (option !== 'no-ledger' || chosen !== false) layer.set(option, { value: chosen, source: variable });
  }
  return layer;
}

function optionValue(option: string, value: string, variable: string): OptionValue {
  // A command may hold any character but the end of a line.
  if (REPEATABLE.includes(option)) return value.split('\n').filter((line) => line.trim() !== '');
  if (!SWITCHES.includes(option)) return value;
  if (value === '1' || value === 'true') return true;
  if (value === '0' || value === 'false') return false;
  throw new UsageError(`${variable}: found ${shown(value)}, expected 1 or 0`);
}
