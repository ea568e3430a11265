/** `emtdiff agent build`: the program that does scenarios on a real kernel. */
import { PROFILES } from '../../../models/registry.js';
import { buildAgent } from '../../lab/agent-build.js';
import { UsageError } from '../../operations/usage-error.js';
import { readArguments } from '../options/arguments.js';

const HELP = `emtdiff agent build [--out FILE]: compiles emtdiff-agent, which does scenarios in VMs of the kernel it runs on

An external model (NDJSON on stdin and stdout) for a machine with /dev/kvm: static, no libraries, needs root.

  --external 'host=sudo ./emtdiff-agent'
  --external 'box=ssh box sudo ./emtdiff-agent'

  --out FILE    where to write it (default: ./emtdiff-agent)
  -h, --help    this text
`;

export async function run(args: readonly string[]): Promise<number> {
  const found = readArguments('agent', args, { out: { type: 'string' } }, { least: 1, most: 1 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  if (found.positionals[0] !== 'build')
    throw new UsageError(`agent: found ${JSON.stringify(found.positionals[0])}, expected emtdiff agent build`);
  const out = found.text('out') ?? './emtdiff-agent';
  await buildAgent(out, PROFILES);
  process.stdout.write(`${out}\n`);
  return 0;
}
