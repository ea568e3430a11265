#!/usr/bin/env node
/** The command line: picks the command, loads only what that one needs, turns a user's mistake into a sentence. */
import { COMMANDS, type CommandModule, isCommand } from './command-table.js';
import type { CommandName } from './options/option.js';

function overview(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`);
  return `emtdiff: differential testing of x86 memory-type virtualisation

Usage: emtdiff COMMAND [OPTIONS]     (emtdiff help COMMAND for one command)

${lines.join('\n')}

  --version   the version of this package

Exit codes: 0 ran, nothing that --fail-on names; 1 divergences that it names;
2 bad usage or input; 3 a model or the harness failed; 4 --strict: the ledger
needs maintenance; 130 interrupted.
`;
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args[0] === 'help' && args.length > 1 ? [args[1], '--help'] : args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(overview());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-V') {
    const { packageVersion } = await import('./version.js');
    process.stdout.write(`${packageVersion()}\n`);
    return 0;
  }
  if (!isCommand(name)) throw await unknownCommand(name);
  return run(name, await COMMANDS[name].load(), rest);
}

async function run(name: CommandName, command: CommandModule, args: readonly string[]): Promise<number> {
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  if (own.includes('--help') || own.includes('-h')) {
    const { helpText } = await import('./options/help.js');
    process.stdout.write(helpText(name, command.page, COMMANDS[name].summary));
    return 0;
  }
  const { readSettings } = await import('./options/settings.js');
  return command.run(await readSettings(name, args, command.page));
}

async function unknownCommand(name: string): Promise<Error> {
  const { unknownName } = await import('../operations/close-name.js');
  const { UsageError } = await import('../operations/usage-error.js');
  return new UsageError(unknownName('command', name, 'one that emtdiff --help lists', Object.keys(COMMANDS)));
}

/** A user's mistake, or what the system refuses: null for a defect of ours. */
function sentenceOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error.name === 'UsageError') return error.message;
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code) || code.startsWith('ERR_')) return null;
  return `${path ?? 'the system'}: found ${systemError(error)}, expected what the command needs of the system`;
}

const systemError = (error: NodeJS.ErrnoException) =>
  error.code === 'EMFILE' ? 'too many open files (EMFILE; see ulimit -n)' : `${error.code}`;

// A reader that went away (| head) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  process.stderr.write(`emtdiff: stdout: found ${systemError(error)} while writing, expected room for what is printed\n`);
  process.exit(3);
});
process.stderr.on('error', () => undefined);

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const sentence = sentenceOf(error);
    process.stderr.write(`emtdiff: ${sentence ?? `internal error: ${(error as Error)?.stack ?? String(error)}`}\n`);
    process.exitCode = sentence === null ? 3 : 2;
  },
);
