/** Options from the environment: `EMTDIFF_` and the option in capitals, `EMTDIFF_FAIL_ON=any`. */
import { shown, UsageError } from '../../operations/usage-error.js';
import { unknownName } from '../../operations/close-name.js';
import type { Chosen, Layer, OptionValue } from './layer.js';
import { type Option, variableOf } from './option.js';
import { VARIABLES } from './table.js';

type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'EMTDIFF_';
/** Read elsewhere: which file, and the number of shards where the engine gives none (harness/engine/shard-choice.ts). */
const OTHERS = ['EMTDIFF_CONFIG', 'EMTDIFF_SHARDS'];

const ROWS = new Map(VARIABLES.map((option) => [variableOf(option), option]));
const NAMES = [...ROWS.keys(), ...OTHERS];

/**
 * An empty variable counts as none.
 * @throws {UsageError} for a variable that begins like ours and that nobody reads: a slip of the finger would cost a night
 */
export function environmentLayer(environment: Environment): Layer {
  const layer = new Map<string, Chosen>();
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(PREFIX) || OTHERS.includes(variable) || value === undefined || value === '') continue;
    const option = ROWS.get(variable);
    if (option === undefined)
      throw new UsageError(`${variable}: ${unknownName('variable', variable, 'one that docs/configuration.md lists', NAMES)}`);
    const chosen = optionValue(option, value, variable);
    // EMTDIFF_NO_LEDGER=0 only means "use a ledger", not which one.
    if (option.name !== 'no-ledger' || chosen !== false) layer.set(option.name, { value: chosen, source: variable });
  }
  return layer;
}

function optionValue({ kind: { takes } }: Option, value: string, variable: string): OptionValue {
  // A command may hold any character but the end of a line.
  if (takes === 'texts') return value.split('\n').filter((line) => line.trim() !== '');
  if (takes === 'text') return value;
  if (value === '1' || value === 'true') return true;
  if (value === '0' || value === 'false') return false;
  throw new UsageError(`${variable}: found ${shown(value)}, expected 1 or 0`);
}
