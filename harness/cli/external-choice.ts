/** Which commands of outside models hold: they come from flags, environment or configuration, never from a scenario, a corpus or a run folder. */
import { UsageError } from '../operations/usage-error.js';
import type { Settings } from './options/settings.js';

/** The name in `NAME=COMMAND`. */
const nameOf = (definition: string) => definition.split('=')[0];

/** All that flags name; of those configured, the ones that are wanted. */
export function wantedExternals(settings: Settings, isWanted: (name: string) => boolean): readonly string[] {
  const all = settings.list('external');
  return settings.origin('external') === 'flag' ? all : all.filter((definition) => isWanted(nameOf(definition)));
}

/** Commands for the outside models of a run, in its order. @throws {UsageError} where one is missing, or a flag names others */
export function externalsOfRun(names: readonly string[], settings: Settings, option: string): readonly string[] {
  const wanted = wantedExternals(settings, (name) => names.includes(name));
  const ordered =
    settings.origin('external') === 'flag'
      ? wanted
      : [...wanted].sort((a, b) => names.indexOf(nameOf(a)) - names.indexOf(nameOf(b)));
  const found = ordered.map(nameOf);
  if (found.join() !== names.join())
    throw new UsageError(
      `${option}: found externals [${found.join(', ')}], expected [${names.join(', ')}] by --external NAME=COMMAND or in a configuration`,
    );
  return ordered;
}
