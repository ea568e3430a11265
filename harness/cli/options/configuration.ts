/** What a configuration file says, as options. Schema: docs/configuration.schema.json; a test holds the two together. */
import type { Place } from '../../operations/usage-error.js';
import { objectWith } from '../../operations/known-keys.js';
import type { Chosen, Layer, OptionValue } from './layer.js';
import { SETTINGS } from './setting.js';

const TOP = ['$schema', ...new Set(SETTINGS.map(({ key }) => key.split('.')[0]))];

/**
 * @param folder of the file: what its paths start from
 * @throws {UsageError} naming file, path, what was found and what was expected
 */
export function configurationLayer(value: unknown, place: Place, folder: string): Layer {
  const layer = new Map<string, Chosen>();
  const top = objectWith(value, TOP, place);
  for (const { key, option, kind } of SETTINGS) {
    const [first, second] = key.split('.');
    const outer = place.at(first);
    const at = second === undefined ? outer : outer.at(second);
    const found =
      second === undefined || top[first] === undefined ? top[first] : objectWith(top[first], keysUnder(first), outer)[second];
    if (found === undefined) continue;
    const isNoLedger = option === 'ledger' && found === false;
    const chosen: OptionValue = isNoLedger ? true : kind(found, at, folder);
    layer.set(isNoLedger ? 'no-ledger' : option, { value: chosen, source: `${at.file}: ${at.path}` });
  }
  if (layer.has('cases') && layer.has('time')) place.at('budgets').fail(top.budgets, 'one of cases and time');
  return layer;
}

function keysUnder(first: string): string[] {
  return SETTINGS.flatMap(({ key }) => (key.startsWith(`${first}.`) ? [key.slice(first.length + 1)] : []));
}
