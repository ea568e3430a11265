/** `emtdiff agent build`: the program that does scenarios on a real kernel. */
import { PROFILES } from '../../../models/registry.js';
import { buildAgent } from '../../lab/agent-build.js';
import { UsageError } from '../../operations/usage-error.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['agent build [--out FILE]'],
  about: ['An external model (NDJSON on stdin and stdout) for a machine with /dev/kvm: static, without libraries; it needs root.'],
  operands: { least: 1, most: 1 },
  examples: [
    ['agent build', 'compiles it with cc'],
    ["fuzz --external 'host=sudo ./emtdiff-agent'", 'the kernel of this machine in a campaign'],
    ["fuzz --external 'box=ssh box sudo ./emtdiff-agent'", 'that of another one'],
  ],
};

export async function run(found: Settings): Promise<number> {
  const [action] = found.operands;
  if (action !== 'build') throw new UsageError(`agent: found ${JSON.stringify(action)}, expected emtdiff agent build`);
  const out = found.text('out') ?? './emtdiff-agent';
  await buildAgent(out, PROFILES);
  process.stdout.write(`${out}\n`);
  return 0;
}
