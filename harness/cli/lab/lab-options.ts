/** What an emulator is started with, by the options of `emtdiff lab`. */
import { PROFILES } from '../../../models/registry.js';
import { initialFilesystem } from '../../lab/initial-filesystem.js';
import { chosenKernel } from '../../lab/kernel.js';
import type { ServerOptions } from '../../lab/lab-server.js';
import type { Settings } from '../options/settings.js';
import { chosenEmulators } from './emulator-choice.js';

/** Builds what is not built yet. @throws {UsageError} */
export async function labOptions(found: Settings): Promise<ServerOptions> {
  const [emulator] = chosenEmulators(found.text('emulator') ?? 'qemu');
  const kernel = chosenKernel(found.text('kernel'));
  const kvmArguments = found.text('kvm-args') ?? '';
  const modules = found.text('modules');
  const archive = await initialFilesystem(kernel, PROFILES, { vendor: emulator.vendor, kvmArguments, modules });
  return {
    emulator,
    kernel,
    archive,
    cpu: found.text('cpu') ?? null,
    memory: Number(found.text('memory') ?? emulator.memory),
    facts: { ...(modules === undefined ? {} : { modules }), ...(kvmArguments === '' ? {} : { kvmArguments }) },
    tell: (line) => process.stderr.write(`emtdiff lab: ${line}\n`),
  };
}
