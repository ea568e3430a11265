/** A real kernel in QEMU, where this machine has one: fifty scenarios, every answer as the profile that it claims. */
import { PROFILES } from '../../../models/registry.js';
import { whereIs } from '../../../harness/lab/command.js';
import { qemu } from '../../../harness/lab/emulator/qemu.js';
import { identify } from '../../../harness/lab/identify.js';
import { initialFilesystem } from '../../../harness/lab/initial-filesystem.js';
import { cachedKernels, isNamed } from '../../../harness/lab/kernel.js';
import { LabClient } from '../../../harness/lab/lab-client.js';

const kernel = cachedKernels()
  .filter(({ release }) => isNamed(release, '6.1'))
  .at(-1);
const missing = whereIs(qemu.needs[0].program) === null ? 'qemu-system-x86 is not installed' : 'no kernel 6.1 was fetched';

if (kernel === undefined || whereIs(qemu.needs[0].program) === null || whereIs('cc') === null)
  test.skip(`A real kernel in QEMU is not asked: ${missing} (emtdiff lab doctor)`, () => {});
else
  test('Linux 6.1 in QEMU answers fifty scenarios as amd-npt/gpat, step by step', async () => {
    const archive = await initialFilesystem(kernel, PROFILES, { vendor: 'amd', kvmArguments: '' });
    const client = new LabClient({ emulator: qemu, kernel, archive, cpu: null, memory: qemu.memory, facts: {}, tell: () => {} });
    const { hello, profiles, scenarios, errors } = await identify(client, PROFILES, { seed: 'test', cases: 50, counters: [] });
    await client.close();
    expect(hello.profile).toMatch(/^amd-npt\//);
    expect(errors).toEqual([]);
    expect(scenarios).toBeGreaterThan(40);
    const own = profiles.find(({ profile }) => profile === hello.profile);
    expect(own?.examples).toEqual([]);
    expect(own?.steps).toBe(0);
    // The scenarios tell profiles apart: one that ignores what 4.14 changed is not taken for it.
    expect(profiles.find(({ profile }) => profile === 'amd-npt/4.2-npt-pat')?.steps).toBeGreaterThan(0);
  }, 600_000);
