/** What a configuration file says, as options. Its schema is docs/configuration.schema.json, made from the same rows. */
import type { Place } from '../../operations/usage-error.js';
import { objectWith } from '../../operations/known-keys.js';
import type { Chosen, Layer } from './layer.js';
import { SETTINGS } from './table.js';

const TOP = ['$schema', ...new Set(SETTINGS.map(({ key }) => key.split('.')[0]))];

/**
 * @param folder of the file: what its paths start from
 * @throws {UsageError} naming file, path, what was found and what was expected
 */
export function configurationLayer(value: unknown, place: Place, folder: string): Layer {
  const layer = new Map<string, Chosen>();
  const top = objectWith(value, TOP, place);
  for (const { key, name, kind, off } of SETTINGS) {
    const [first, second] = key.split('.');
    const outer = place.at(first);
    const at = second === undefined ? outer : outer.at(second);
    const found =
      second === undefined || top[first] === undefined ? top[first] : objectWith(top[first], keysUnder(first), outer)[second];
    if (found === undefined) continue;
    const source = `${at.file}: ${at.path}`;
    if (off !== undefined && found === false) layer.set(off, { value: true, source });
    else layer.set(name, { value: kind.read(found, at, folder), source });
  }
  if (layer.has('cases') && layer.has('time')) place.at('budgets').fail(top.budgets, 'one of cases and time');
  return layer;
}

function keysUnder(first: string): string[] {
  return SETTINGS.flatMap(({ key }) => (key.startsWith(`${first}.`) ? [key.slice(first.length + 1)] : []));
}
