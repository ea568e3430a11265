import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BACKING_NAMES } from '../../../models/contract/machine.js';
import { PROFILES } from '../../../models/registry.js';
import { answerOf } from '../../../harness/run/readable.js';
import { parseScenario } from '../../../harness/scenario/parse.js';
import { printScenario } from '../../../harness/scenario/print.js';
import type { Scenario } from '../../../harness/scenario/scenario.js';
import { templateOf, type Wish } from '../../../harness/template/template.js';

const made = (wish: Partial<Wish>) =>
  templateOf({ firmware: 'none', ram: '4G', device: 'none', kernel: undefined, os: 'none', gpuBar: undefined, vcpus: 1, ...wish });
const boot = (name: string) => parseScenario(readFileSync(join(__dirname, '../../../corpora/boot', `${name}.json`), 'utf8'), name);

/** What vCPU 0 wrote last into each register, zeros left out: they are as after reset. */
function registers({ steps }: Scenario): Record<string, string> {
  const found: Record<string, string> = {};
  for (const step of steps) {
    if (step.op !== 'write-msr' || step.vcpu !== 0) continue;
    const value = (BigInt(step.value.hi) << 32n) | BigInt(step.value.lo);
    if (value === 0n) delete found[step.msr.toString(16)];
    else found[step.msr.toString(16)] = value.toString(16);
  }
  return found;
}

test.each([
  ['ovmf-q35-2g-linux', { firmware: 'ovmf-q35', ram: '2G', os: 'linux-6.6' }],
  ['ovmf-q35-2g-windows', { firmware: 'ovmf-q35', ram: '2G', os: 'windows' }],
  ['seabios-i440fx-2g-linux', { firmware: 'seabios-i440fx', ram: '2G', os: 'linux-6.6' }],
  ['seabios-i440fx-3200m-linux', { firmware: 'seabios-i440fx', ram: '3200M', os: 'linux-6.6' }],
  ['seabios-i440fx-3328m-windows', { firmware: 'seabios-i440fx', ram: '3328M', os: 'windows' }],
  ['hvmloader-2g-linux', { firmware: 'hvmloader', ram: '2G', os: 'linux-6.6' }],
  ['mtrrs-off-linux', { firmware: 'none', ram: '4G', os: 'linux-4.19' }],
] as const)('The registers of the template are those of %s', (name, wish) => {
  expect(registers(made(wish))).toEqual(registers(boot(name)));
});

test('hvmloader moves its window down until the BAR fits, in as many pairs as that takes', () => {
  const wish = { firmware: 'hvmloader', ram: '4G', device: 'nc', os: 'windows', gpuBar: '512M' } as const;
  expect(registers(made(wish))).toEqual(registers(boot('hvmloader-low-hole-windows')));
});

const regions = ({ machine }: Scenario) =>
  machine.regions.map(({ gfn, pages, backing }) => `${gfn.toString(16)}+${pages.toString(16)} ${BACKING_NAMES[backing]}`);

test('RAM above the hole goes from 4 GiB on; a BAR that is too large for the window goes behind it', () => {
  expect(regions(made({ firmware: 'ovmf-q35', ram: '4G', device: 'nc', gpuBar: '256M' }))).toEqual([
    '0+a0 ram',
    'c0+40 ram',
    '100+7ff00 ram',
    'c0000+10000 device-wc',
    'fea00+20 device',
    'fea20+1 device-ro',
    '100000+80000 ram',
  ]);
  expect(regions(made({ firmware: 'seabios-i440fx', ram: '6G', device: 'nc', gpuBar: '8G' })).slice(-2)).toEqual([
    '100000+c0000 ram',
    '200000+200000 device-wc',
  ]);
});

test('Devices: non-coherent from the start, coherent as a step, none', () => {
  expect(made({ device: 'nc' }).machine).toMatchObject({ noncoherentDevices: 1, iommu: true });
  expect(made({ device: 'coherent' })).toMatchObject({
    machine: { noncoherentDevices: 0, iommu: true },
    steps: [{ op: 'attach-device', coherent: true }],
  });
  expect(made({}).machine).toMatchObject({ noncoherentDevices: 0, iommu: false });
});

test('A Linux by its release: who resolves requests, and whether PAT is written with MTRRs off', () => {
  const os = (release: string) => made({ os: `linux-${release}` });
  expect(
    ['4.14', '5.18', '5.19', '6.2', '6.4', '6.5', '6.12', '6.17', '7.3'].map((release) => os(release).machine.guestOs),
  ).toEqual([
    'linux-4.19',
    'linux-4.19',
    'linux-6.1',
    'linux-6.2',
    'linux-6.2',
    'linux-6.6',
    'linux-6.9',
    'linux-6.13',
    'linux-6.18',
  ]);
  expect(registers(os('6.1'))).toEqual({});
  expect(registers(os('6.2'))).toEqual({ '277': '407050600070106' });
});

test('Every template parses as it prints, and no subject refuses a write of it', () => {
  for (const firmware of ['ovmf-q35', 'seabios-i440fx', 'hvmloader', 'none'] as const) {
    const scenario = made({ firmware, ram: '8G', device: 'nc', gpuBar: '256M', os: 'linux-6.6', vcpus: 2, kernel: '5.15' });
    expect(parseScenario(printScenario(scenario), 'printed')).toEqual(scenario);
    for (const name of ['bare-metal/intel', 'bare-metal/amd', 'intel-ept/6.6', 'xen-hvm/npt']) {
      const profile = PROFILES.find((known) => known.name === name)!;
      expect(answerOf(profile, scenario).observations.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    }
  }
});

test.each([
  [{ ram: '4' }, /^--ram: found "4", expected a size/],
  [{ gpuBar: '300M', device: 'nc' }, /^--gpu-bar: found "300M", expected a power of two/],
  [{ gpuBar: '256M' }, /^--gpu-bar: found with --device none/],
  [{ os: 'linux' }, /^--os: found "linux", expected linux-RELEASE/],
  [{ os: 'linux-3.10' }, /^--os: found "linux-3.10", expected Linux 4.14/],
] as const)('A wish that cannot be had is one sentence: %j', (wish, message) => {
  expect(() => made(wish as Partial<Wish>)).toThrow(message);
});
