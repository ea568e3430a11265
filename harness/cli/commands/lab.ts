/** `emtdiff lab`: a real kernel as an external model, in an emulator where the machine has no virtualisation. */
import { UsageError } from '../../operations/usage-error.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

type Action = (found: Settings) => Promise<number>;

const ACTIONS: Readonly<Record<string, () => Promise<{ readonly act: Action }>>> = {
  doctor: () => import('../lab/doctor.js'),
  fetch: () => import('../lab/fetch.js'),
  serve: () => import('../lab/serve.js'),
  modules: () => import('../lab/modules.js'),
  record: () => import('../lab/record.js'),
  identify: () => import('../lab/identify.js'),
};

export const page: CommandPage = {
  usage: [
    'lab doctor',
    'lab fetch',
    'lab serve',
    'lab identify',
    'lab record SCENARIO...',
    'lab modules --source TREE|DEB [--patch FILE]...',
  ],
  about: [
    "doctor: what the lab needs, what is here, and the line that installs the rest; exit code 1 if something is missing.\nfetch: a kernel from Debian's archives into the lab's cache; nothing is installed.\nserve: a kernel in an emulator as an external model on stdin and stdout.\nidentify: which profile the kernel answers as, with the number of differing steps per profile; exit code 1 unless it answers as the profile of its release.\nrecord: the kernel's trace of scenarios, for emtdiff import and for bug reports.\nmodules: KVM's modules from source, patched, for a kernel that stays as it is; --modules loads them.",
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  examples: [
    ['lab identify --emulator bochs', 'kvm_intel with EPT, held against every version'],
    ["fuzz --models amd-npt --external 'live=emtdiff lab serve'", 'a campaign against kvm_amd'],
  ],
  notes: [
    'QEMU runs kvm_amd, Bochs kvm_intel, without virtualisation hardware and without root. Only what a kernel shows is compared: outcomes, values, leaves, levels, counters; no memory types. What was measured: docs/lab.md.',
  ],
};

export async function run(found: Settings): Promise<number> {
  const [action, ...others] = found.operands;
  if (!Object.hasOwn(ACTIONS, action))
    throw new UsageError(`lab: found ${JSON.stringify(action)}, expected one of ${Object.keys(ACTIONS).join(' ')}`);
  if (others.length > 0 && action !== 'record')
    throw new UsageError(`lab ${action}: found ${JSON.stringify(others[0])}, expected options alone`);
  // An emulator must not outlive this process: its end is what kills it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
  return (await ACTIONS[action]()).act(found);
}
