/** The options of a command as they hold: by flags, else by the environment, else by a configuration file, else its defaults. */
import { readConfiguration } from './configuration-file.js';
import { environmentLayer } from './environment.js';
import type { Chosen, Layer, OptionValue } from './layer.js';
import { RIVALS } from './setting.js';
import { UsageError } from '../../operations/usage-error.js';
import type { Arguments } from './arguments.js';

export const SETTINGS_OPTIONS = { config: { type: 'string' }, 'no-config': { type: 'boolean' } } as const;

export const SETTINGS_HELP = `  --config FILE          options from this file (default: emtdiff.config.js or .json, or the key emtdiff of package.json, in
                         the working directory); EMTDIFF_* in the environment is stronger, flags are strongest
  --no-config            from none`;

/** Where an option got its value from. */
export type Origin = 'flag' | 'environment' | 'file' | 'default';

export interface Settings extends Arguments {
  /** As on the command line, and nowhere else. */
  readonly flags: Arguments;
  /** The configuration file that was read. */
  readonly file: string | null;
  origin(option: string): Origin;
  /** What an error about the option's value names. */
  source(option: string): string;
}

/**
 * @param folder where a configuration is looked for
 * @throws {UsageError} for a configuration that is none, and for variables of the environment that nobody reads
 */
export async function settingsOf(
  flags: Arguments,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  folder = '.',
): Promise<Settings> {
  const asked = flags.text('config');
  if (flags.has('no-config') && asked !== undefined)
    throw new UsageError('--no-config: found beside --config, expected one of the two');
  const file = flags.has('no-config') ? null : await readConfiguration(asked ?? (environment.EMTDIFF_CONFIG || undefined), folder);
  return layered(flags, environmentLayer(environment), file);
}

type Named = (option: string) => Chosen | undefined;

function layered(flags: Arguments, environment: Layer, file: { readonly path: string; readonly layer: Layer } | null): Settings {
  const ofFlags: Named = (option) => {
    const value = flags.value(option);
    return value === undefined ? undefined : { value, source: `--${option}` };
  };
  // Strongest first.
  const layers: readonly (readonly [Origin, Named])[] = [
    ['flag', ofFlags],
    ['environment', (option) => environment.get(option)],
    ['file', (option) => file?.layer.get(option)],
  ];
  const layerOf = (option: string) => {
    const rivals = RIVALS.find((group) => group.includes(option)) ?? [option];
    return layers.find(([, named]) => rivals.some((rival) => named(rival) !== undefined));
  };
  const chosen = (option: string) => layerOf(option)?.[1](option);
  const value = (option: string): OptionValue | undefined => chosen(option)?.value;
  return {
    flags,
    file: file?.path ?? null,
    positionals: flags.positionals,
    value,
    text: (option) => value(option) as string | undefined,
    list: (option) => (value(option) as readonly string[] | undefined) ?? [],
    has: (option) => value(option) === true,
    origin: (option) => layerOf(option)?.[0] ?? 'default',
    source: (option) => chosen(option)?.source ?? `--${option}`,
  };
}
