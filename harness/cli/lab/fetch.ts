/** `emtdiff lab fetch` */
import { fetchKernel } from '../../lab/kernel-fetch.js';
import type { Settings } from '../options/settings.js';

export async function act(found: Settings): Promise<number> {
  const kernel = await fetchKernel(found.text('kernel') ?? '6.1', (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`${kernel.image}\n`);
  return 0;
}
