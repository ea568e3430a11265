/** `emtdiff lab serve` */
import { PROFILES } from '../../../../models/registry.js';
import { initialFilesystem } from '../../../lab/initial-filesystem.js';
import { chosenKernel } from '../../../lab/kernel.js';
import { LabServer, type ServerOptions } from '../../../lab/lab-server.js';
import { type Arguments, readArguments, wholeNumber } from '../../options/arguments.js';
import { chosenEmulators } from './emulator-choice.js';

export const LAB_OPTIONS = {
  emulator: { type: 'string' },
  kernel: { type: 'string' },
  modules: { type: 'string' },
  'kvm-args': { type: 'string' },
  cpu: { type: 'string' },
  memory: { type: 'string' },
} as const;

export const LAB_HELP = `  --emulator NAME   qemu (kvm_amd) or bochs (kvm_intel) (default: qemu)
  --kernel WHICH    a release that lab fetch got, or the path of boot/vmlinuz-RELEASE (default: the newest 6.1 fetched)
  --modules DIR     kvm.ko, kvm-intel.ko, kvm-amd.ko to load in place of the kernel's (see lab modules)
  --kvm-args TEXT   parameters of kvm_intel or kvm_amd: ept=0, npt=0
  --cpu MODEL       processor model, as the emulator calls it
  --memory MIB      memory of the emulated machine (default: 2048)`;

const HELP = `emtdiff lab serve: a real kernel in an emulator as an external model on stdin and stdout

  emtdiff fuzz --models intel-ept/6.6 --external 'live=emtdiff lab serve --emulator bochs' --external-timeout 600s

${LAB_HELP}
  -h, --help        this text

Needs no virtualisation hardware and no root. Progress goes to stderr.
`;

export async function run(args: readonly string[]): Promise<number> {
  const found = readArguments('lab serve', args, LAB_OPTIONS, { least: 0, most: 0 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
  await new LabServer(await labOptions(found), process.stdin, process.stdout).serve();
  return 0;
}

/** Builds what the emulator starts with. @throws {UsageError} */
export async function labOptions(found: Arguments): Promise<ServerOptions> {
  const [emulator] = chosenEmulators(found.text('emulator') ?? 'qemu');
  const kernel = chosenKernel(found.text('kernel'));
  const kvmArguments = found.text('kvm-args') ?? '';
  const modules = found.text('modules');
  const memory = found.text('memory');
  const archive = await initialFilesystem(kernel, PROFILES, { vendor: emulator.vendor, kvmArguments, modules });
  return {
    emulator,
    kernel,
    archive,
    cpu: found.text('cpu') ?? null,
    memory: memory === undefined ? emulator.memory : wholeNumber('--memory', memory, 512),
    facts: { ...(modules === undefined ? {} : { modules }), ...(kvmArguments === '' ? {} : { kvmArguments }) },
    tell: (line) => process.stderr.write(`emtdiff lab: ${line}\n`),
  };
}
