/** Command-line arguments: node's own parser on the rows of the table, with errors in one sentence. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { shown, UsageError } from '../../operations/usage-error.js';
import { unknownName } from '../../operations/close-name.js';
import type { Chosen, Layer, OptionValue } from './layer.js';
import type { CommandName } from './option.js';
import type { CommandPage } from './page.js';
import { optionsOf } from './table.js';

export interface Flags {
  readonly operands: readonly string[];
  readonly layer: Layer;
}

/** @throws {UsageError} for an unknown option, a missing value, or a number of operands that the command does not take. */
export function readFlags(command: CommandName, args: readonly string[], { operands: { least, most } }: CommandPage): Flags {
  const { values, positionals } = parsed(command, args);
  const { length } = positionals;
  if (length < least || length > most) {
    const expected = least === most ? `${least}` : most === Number.POSITIVE_INFINITY ? `${least} or more` : `${least} to ${most}`;
    throw new UsageError(
      `${command}: found ${length} ${length === 1 ? 'argument' : 'arguments'}, expected ${expected} (see emtdiff ${command} --help)`,
    );
  }
  const layer = new Map<string, Chosen>();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined) layer.set(name, { value: value as OptionValue, source: `--${name}` });
  return { operands: positionals, layer };
}

function parsed(command: CommandName, args: readonly string[]) {
  const rows = optionsOf(command);
  const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    rows.map(({ name, kind: { takes } }) => [
      name,
      { type: takes === 'switch' ? ('boolean' as const) : ('string' as const), multiple: takes === 'texts' },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const unknown = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /'(-[^']*)'/.exec(message)?.[1] : undefined;
    throw new UsageError(
      `${command}: ${unknown === undefined ? shownMessage(message) : unknownFlag(command, unknown)} (see emtdiff ${command} --help)`,
    );
  }
}

function unknownFlag(command: CommandName, flag: string): string {
  const flags = optionsOf(command).map(({ name }) => `--${name}`);
  return flags.length === 0
    ? `found the option ${shown(flag)}, expected none`
    : unknownName('option', flag, `one of emtdiff ${command}`, flags);
}

/** node's sentence, without its advice. */
function shownMessage(message: string): string {
  return message.split('. ')[0].split('\n')[0];
}

/** A whole number from `least` on. @throws {UsageError} */
export function wholeNumber(option: string, value: string, least: number): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < least)
    throw new UsageError(`${option}: found ${shown(value)}, expected a whole number of at least ${least}`);
  return number;
}

/** One of a few words. @throws {UsageError} */
export function word<T extends string>(option: string, value: string, words: readonly T[]): T {
  const found = words.find((known) => known === value);
  if (found === undefined) throw new UsageError(`${option}: found ${shown(value)}, expected one of ${words.join(' ')}`);
  return found;
}
