/** `emtdiff new`: a scenario to append steps to. */
import { UsageError } from '../../operations/usage-error.js';
import { writeWhole } from '../../files/writing.js';
import { printScenario } from '../../scenario/print.js';
import { DEVICES, FIRMWARES } from '../../template/machine-layout.js';
import { templateOf } from '../../template/template.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['new --firmware NAME [--ram SIZE] [OPTIONS]'],
  about: [
    'A machine, what its firmware writes into MTRRs, PAT and CR0 on each processor, what its operating system does then: ready to append accesses, requests and host events to. Where the machine is from and what was chosen stands in "origin".',
  ],
  operands: { least: 0, most: 0 },
  examples: [
    ['new --firmware seabios-i440fx --ram 3328M --os windows', 'a mask with a hole, Windows after it'],
    ['new --firmware ovmf-q35 --device nc --gpu-bar 256M --os linux-6.6', 'an assigned graphics card'],
  ],
};

export async function run(found: Settings): Promise<number> {
  const firmware = found.one('firmware', FIRMWARES);
  if (firmware === undefined) throw new UsageError(`--firmware: found nothing, expected one of ${FIRMWARES.join(' ')}`);
  const kernel = found.text('kernel');
  if (kernel !== undefined && !/^\d+\.\d+(?:\.\d+)?$/.test(kernel))
    throw new UsageError(`--kernel: found ${JSON.stringify(kernel)}, expected a release of Linux such as 5.15`);
  const text = printScenario(
    templateOf({
      firmware,
      kernel,
      ram: found.text('ram') ?? '4G',
      device: found.one('device', DEVICES) ?? 'none',
      os: found.text('os') ?? 'none',
      gpuBar: found.text('gpu-bar'),
      vcpus: found.number('vcpus') ?? 1,
    }),
  );
  const out = found.text('out');
  if (out === undefined) process.stdout.write(text);
  else writeWhole(out, text);
  return 0;
}
