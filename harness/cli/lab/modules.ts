/** `emtdiff lab modules` */
import { chosenKernel } from '../../lab/kernel.js';
import { buildModules } from '../../lab/kvm-modules.js';
import { UsageError } from '../../operations/usage-error.js';
import type { Settings } from '../options/settings.js';

export async function act(found: Settings): Promise<number> {
  const source = found.text('source');
  if (source === undefined)
    throw new UsageError('lab modules: found no --source, expected a kernel tree or linux-source-VERSION.deb');
  const { release } = chosenKernel(found.text('kernel'));
  const out = found.text('out') ?? './kvm-modules';
  const tell = (line: string) => process.stderr.write(`emtdiff lab: ${line}\n`);
  const paths = await buildModules({ source, patches: found.list('patch'), release, out, tell });
  process.stdout.write(`${paths.join('\n')}\n`);
  return 0;
}
