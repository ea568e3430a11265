/** `emtdiff lab fetch` */
import { fetchKernel } from '../../../lab/kernel-fetch.js';
import { readArguments } from '../../options/arguments.js';

const HELP = `emtdiff lab fetch: a kernel from Debian's archives into the lab's cache; nothing is installed

  --kernel RELEASE  5.10, 6.1, 6.12, 7.3, a whole release, or newest (default: 6.1); the suite is found
  -h, --help        this text
`;

export async function run(args: readonly string[]): Promise<number> {
  const found = readArguments('lab fetch', args, { kernel: { type: 'string' } }, { least: 0, most: 0 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const kernel = await fetchKernel(found.text('kernel') ?? '6.1', (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`${kernel.image}\n`);
  return 0;
}
