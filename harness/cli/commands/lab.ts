/** `emtdiff lab`: a real kernel as an external model, in an emulator where the machine has no virtualisation. */
import { UsageError } from '../../operations/usage-error.js';

/** Subcommands: what each takes, and the function that does it. */
const SUBCOMMANDS: Readonly<
  Record<string, { load: () => Promise<{ run(args: readonly string[]): Promise<number> }>; summary: string }>
> = {
  doctor: { load: () => import('./lab/doctor.js'), summary: 'what the lab needs, and the line that installs what is missing' },
  fetch: { load: () => import('./lab/fetch.js'), summary: "a kernel from Debian's archives into the lab's cache" },
  identify: { load: () => import('./lab/identify.js'), summary: 'which profile a kernel answers as' },
  serve: { load: () => import('./lab/serve.js'), summary: 'a kernel in an emulator as an external model on stdin and stdout' },
};

const HELP = `emtdiff lab: the same scenarios on a real kernel, also without virtualisation hardware

Usage: emtdiff lab SUBCOMMAND [OPTIONS]     (emtdiff lab SUBCOMMAND --help for one)

${Object.entries(SUBCOMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join('\n')}

docs/lab.md has what was measured.
`;

export async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    return name === undefined ? 2 : 0;
  }
  if (!Object.hasOwn(SUBCOMMANDS, name))
    throw new UsageError(`lab: found ${JSON.stringify(name)}, expected one of ${Object.keys(SUBCOMMANDS).join(' ')}`);
  return (await SUBCOMMANDS[name].load()).run(rest);
}
