/** The options of a command as they hold: by flags, else by the environment, else by a configuration file, else its defaults. */
import { UsageError } from '../../operations/usage-error.js';
import { type Flags, readFlags, word } from './arguments.js';
import { readConfiguration } from './configuration-file.js';
import { environmentLayer } from './environment.js';
import type { Chosen, Layer, OptionValue } from './layer.js';
import type { CommandName, Option } from './option.js';
import type { CommandPage } from './page.js';
import { optionsOf, rivalsOf } from './table.js';
import { timeSpan } from './time-span.js';

/** Where an option got its value from. */
export type Origin = 'flag' | 'environment' | 'file' | 'default';

export interface Settings {
  readonly operands: readonly string[];
  /** The configuration file that was read. */
  readonly file: string | null;
  /** Undefined where nobody sets it. */
  value(option: string): OptionValue | undefined;
  text(option: string): string | undefined;
  number(option: string): number | undefined;
  milliseconds(option: string): number | undefined;
  one<T extends string>(option: string, words: readonly T[]): T | undefined;
  list(option: string): readonly string[];
  has(option: string): boolean;
  origin(option: string): Origin;
  /** What an error about the option's value names. */
  source(option: string): string;
}

/**
 * @param folder where a configuration is looked for
 * @throws {UsageError} for flags, variables of the environment and configurations that the table does not know
 */
export async function readSettings(
  command: CommandName,
  args: readonly string[],
  page: CommandPage,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  folder = '.',
): Promise<Settings> {
  const flags = readFlags(command, args, page);
  const rows = optionsOf(command);
  refuseRivals(rows, flags.layer);
  const isConfigurable = rows.some(({ name }) => name === 'config');
  if (!isConfigurable) return layered(rows, flags, new Map(), null);
  const asked = flags.layer.get('config')?.value as string | undefined;
  const variables = environmentLayer(environment);
  refuseRivals(rows, variables);
  const file = flags.layer.has('no-config')
    ? null
    : await readConfiguration(asked ?? (environment.EMTDIFF_CONFIG || undefined), folder);
  return layered(rows, flags, variables, file);
}

/** @throws {UsageError} where one layer sets two of a choice */
function refuseRivals(rows: readonly Option[], layer: Layer): void {
  for (const row of rows) {
    const [first, second] = rivalsOf(row, rows).filter((name) => layer.has(name));
    if (second !== undefined)
      throw new UsageError(`${layer.get(second)?.source}: found beside ${layer.get(first)?.source}, expected one of the two`);
  }
}

function layered(
  rows: readonly Option[],
  { operands, layer: flags }: Flags,
  environment: Layer,
  file: { readonly path: string; readonly layer: Layer } | null,
): Settings {
  const layersOf = ({ key, isVariable }: Option): readonly (readonly [Origin, Layer | undefined])[] => [
    // Strongest first.
    ['flag', flags],
    ['environment', key === undefined && isVariable === undefined ? undefined : environment],
    ['file', key === undefined && isVariable === undefined ? undefined : file?.layer],
  ];
  const rowOf = (option: string) => rows.find(({ name }) => name === option);
  const layerOf = (option: string): readonly [Origin, Layer | undefined] | undefined => {
    const row = rowOf(option);
    if (row === undefined) return undefined;
    const rivals = rivalsOf(row, rows);
    return layersOf(row).find(([, layer]) => rivals.some((rival) => layer?.has(rival)));
  };
  const chosen = (option: string): Chosen | undefined => layerOf(option)?.[1]?.get(option);
  const value = (option: string): OptionValue | undefined => chosen(option)?.value;
  const text = (option: string) => value(option) as string | undefined;
  const source = (option: string) => chosen(option)?.source ?? `--${option}`;
  const settings: Settings = {
    file: file?.path ?? null,
    operands,
    value,
    text,
    number: (option) => (text(option) === undefined ? undefined : Number(text(option))),
    milliseconds: (option) => timeSpan(text(option) ?? '') ?? undefined,
    one: (option, words) => (text(option) === undefined ? undefined : word(source(option), text(option) as string, words)),
    list: (option) => (value(option) as readonly string[] | undefined) ?? [],
    has: (option) => value(option) === true,
    origin: (option) => layerOf(option)?.[0] ?? 'default',
    source,
  };
  for (const { name, kind } of rows) {
    const texts = value(name);
    for (const one of typeof texts === 'boolean' ? [] : [texts ?? []].flat()) kind.check(one, source(name));
  }
  return settings;
}
