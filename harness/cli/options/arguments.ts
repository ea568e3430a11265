/** Command-line arguments: node's own parser, with errors in one sentence. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { OptionValue } from './layer.js';
import { timeSpan } from './time-span.js';
import { UsageError } from '../../operations/usage-error.js';

type Options = NonNullable<ParseArgsConfig['options']>;

export interface Arguments {
  readonly positionals: readonly string[];
  /** Undefined where it was not named. */
  value(name: string): OptionValue | undefined;
  text(name: string): string | undefined;
  list(name: string): readonly string[];
  has(name: string): boolean;
}

/** @throws {UsageError} for an unknown option or a missing value. */
export function readArguments(
  command: string,
  args: readonly string[],
  options: Options,
  positionals: { least: number; most: number },
): Arguments {
  const parsed = parse(command, args, { ...options, help: { type: 'boolean', short: 'h' } });
  const { length } = parsed.positionals;
  if (parsed.values.help !== true && (length < positionals.least || length > positionals.most)) {
    const expected =
      positionals.least === positionals.most ? `${positionals.least}` : `${positionals.least} to ${positionals.most}`;
    throw new UsageError(`${command}: found ${length} arguments, expected ${expected} (see emtdiff ${command} --help)`);
  }
  return {
    positionals: parsed.positionals,
    value: (name) => parsed.values[name] as OptionValue | undefined,
    text: (name) => parsed.values[name] as string | undefined,
    list: (name) => (parsed.values[name] as string[] | undefined) ?? [],
    has: (name) => parsed.values[name] === true,
  };
}

function parse(command: string, args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${command}: ${(error as Error).message.split('. ')[0]} (see emtdiff ${command} --help)`);
  }
}

/** A whole number from `least` on. @throws {UsageError} */
export function wholeNumber(option: string, value: string, least: number): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < least)
    throw new UsageError(`${option}: found ${JSON.stringify(value)}, expected a whole number of at least ${least}`);
  return number;
}

/** Milliseconds of `90s`, `10m`, `1h`. @throws {UsageError} */
export function duration(option: string, value: string): number {
  const milliseconds = timeSpan(value);
  if (milliseconds === null)
    throw new UsageError(`${option}: found ${JSON.stringify(value)}, expected a time such as 90s, 10m or 1h`);
  return milliseconds;
}

/** One of a few words. @throws {UsageError} */
export function word<T extends string>(option: string, value: string, words: readonly T[]): T {
  const found = words.find((known) => known === value);
  if (found === undefined) throw new UsageError(`${option}: found ${JSON.stringify(value)}, expected one of ${words.join(' ')}`);
  return found;
}
