/** `emtdiff serve PROFILE`: a profile as an external model on stdin and stdout. */
import { parseArgs } from 'node:util';
import { PROFILES } from '../../../models/registry.js';
import { serve } from '../../external/serve.js';
import { UsageError } from '../../operations/usage-error.js';
import { answerOf } from '../../run/readable.js';
import { knownProfile } from '../known-profile.js';

const HELP = `emtdiff serve PROFILE: answers scenarios on stdin with what PROFILE does, on stdout

The other side of --external: newline-delimited JSON, as scenario.md describes it under "External models".

  > {"type":"hello","protocol":1}
  < {"type":"hello","protocol":1,"name":"intel-ept/6.16","profile":"intel-ept/6.16","operations":[...]}
  > {"type":"run","id":7,"scenario":{"format":"emtdiff-scenario/1","steps":[...]}}
  < {"type":"result","id":7,"observations":[...],"counters":{...}}
  > {"type":"bye"}

A line that cannot be served is answered by {"type":"error","id":...,"message":...}; the id is null where the line has none.
Ends at bye or at the end of input, when everything asked before is answered, with exit code 0. emtdiff models lists the profiles.

  -h, --help    this text
`;

export async function run(args: readonly string[]): Promise<number> {
  const { help, names } = parsed(args);
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (names.length !== 1) throw new UsageError(`serve: found ${names.length} profiles, expected one: emtdiff serve PROFILE`);
  const profile = knownProfile(names[0], PROFILES);
  await serve({ profile: profile.name, answer: (scenario) => answerOf(profile, scenario) }, process.stdin, process.stdout);
  return 0;
}

function parsed(args: readonly string[]): { help: boolean; names: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { help: { type: 'boolean', short: 'h', default: false } },
      allowPositionals: true,
    });
    return { help: values.help, names: positionals };
  } catch (error) {
    throw new UsageError(`serve: ${(error as Error).message}`);
  }
}
