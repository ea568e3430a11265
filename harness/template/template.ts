/** A scenario to append steps to: a machine, its firmware's writes, its operating system's. */
import { Place, shown, UsageError } from '../operations/usage-error.js';
import { scenarioFrom } from '../scenario/parse.js';
import { SCENARIO_FORMAT, type Scenario } from '../scenario/scenario.js';
import { firmwareWrites } from './firmware-writes.js';
import { guestBoot } from './guest-boot.js';
import { bytesOf, type DEVICES, type Firmware, machineLayout, type MachineLayout } from './machine-layout.js';

export interface Wish {
  readonly firmware: Firmware;
  /** `4G`. */
  readonly ram: string;
  readonly device: (typeof DEVICES)[number];
  /** Release of the host's Linux; undefined: nobody said. */
  readonly kernel: string | undefined;
  readonly os: string;
  /** `256M`; undefined: no large BAR. */
  readonly gpuBar: string | undefined;
  readonly vcpus: number;
}

/** As QEMU gives its guests unless told otherwise. */
const WIDTH = 40;
const PAGE = 4096;
const TWO_MIB = 0x200000;

/** @throws {UsageError} */
export function templateOf(wish: Wish): Scenario {
  const { firmware, device, os, vcpus } = wish;
  const ram = bytesOf('--ram', wish.ram);
  const bar = wish.gpuBar === undefined ? 0 : barOf(wish.gpuBar);
  if (bar > 0 && device === 'none')
    throw new UsageError("--gpu-bar: found with --device none, expected --device nc or coherent: the BAR is the device's");
  const layout = machineLayout(firmware, ram, bar);
  const top = Math.max(4 * 2 ** 30 + layout.highRam, bar === 0 ? 0 : layout.bar + bar);
  const width = Math.max(WIDTH, Math.ceil(Math.log2(top)));
  const boot = guestBoot(os, vcpus, firmware !== 'none');
  const isCold = firmware === 'ovmf-q35' || firmware === 'seabios-i440fx';
  const writes = Array.from({ length: vcpus }, (_, vcpu) => firmwareWrites(firmware, layout, width, vcpu)).flat();
  const document = {
    format: SCENARIO_FORMAT,
    name: [firmware, wish.ram.toLowerCase(), device, os, wish.gpuBar === undefined ? '' : `bar-${wish.gpuBar.toLowerCase()}`]
      .filter((part) => part !== '')
      .join('-'),
    origin: originOf(wish, boot.says),
    machine: {
      vcpus,
      maxPhysAddr: width,
      noncoherentDevices: device === 'nc' ? 1 : 0,
      iommu: device !== 'none',
      cr0: { pg: firmware === 'none', cd: isCold, nw: isCold },
      regions: regionsOf(layout, bar, device !== 'none'),
      ...(boot.guestOs === null ? {} : { guestOs: boot.guestOs }),
    },
    steps: [...(device === 'coherent' ? [{ op: 'attach-device', coherent: true }] : []), ...writes, ...boot.steps],
  };
  return scenarioFrom(document, new Place('emtdiff new', '$'));
}

function barOf(text: string): number {
  const bar = bytesOf('--gpu-bar', text);
  if (2 ** Math.round(Math.log2(bar)) !== bar)
    throw new UsageError(`--gpu-bar: found ${shown(text)}, expected a power of two such as 256M: BARs are`);
  return bar;
}

function regionsOf(layout: MachineLayout, bar: number, hasDevice: boolean): Record<string, unknown>[] {
  const region = (start: number, end: number, backing: string, level?: string) =>
    end > start
      ? [{ gfn: hex(start / PAGE), pages: hex((end - start) / PAGE), backing, ...(level === undefined ? {} : { level }) }]
      : [];
  const { lowRam, highRam, registers, bar: barAt } = layout;
  const isWhole = bar >= TWO_MIB;
  const list = [
    ...region(0, 0xa0000, 'ram'),
    ...region(0xc0000, 0x100000, 'ram'),
    ...region(0x100000, lowRam, 'ram', '2M'),
    ...(hasDevice && bar > 0 ? region(barAt, barAt + bar, 'device-wc', isWhole ? '2M' : undefined) : []),
    ...(hasDevice
      ? [...region(registers, registers + 0x20000, 'device'), ...region(registers + 0x20000, registers + 0x21000, 'device-ro')]
      : []),
    ...region(2 ** 32, 2 ** 32 + highRam, 'ram', '2M'),
  ];
  return list.sort((a, b) => Number(a.gfn) - Number(b.gfn));
}

function originOf({ firmware, ram, device, kernel, gpuBar }: Wish, os: string): string {
  const sources: Readonly<Record<Firmware, string>> = {
    'ovmf-q35':
      'edk2 OvmfPkg on q35 (PlatformInitLib/MemDetect.c, UefiCpuPkg MtrrLib), its writes reduced to one round a processor',
    'seabios-i440fx': 'SeaBIOS on i440fx (src/fw/mtrr.c, mtrr_setup(); smp_msr of src/fw/smp.c)',
    hvmloader: 'Xen hvmloader (tools/firmware/hvmloader/cacheattr.c, cacheattr_init()), order of its writes assumed',
    none: 'no firmware: MTRRs and PAT as after reset, paging on',
  };
  const devices = { nc: 'a device whose DMA does not snoop', coherent: 'a device whose DMA snoops', none: 'no device' } as const;
  const bar = gpuBar === undefined ? '' : ` with a BAR of ${gpuBar} that the host maps WC`;
  const host =
    kernel === undefined
      ? ''
      : `; host kernel Linux ${kernel}: emtdiff replay --models intel-ept/${kernel} (emtdiff models --kernel ${kernel} lists what answers as it)`;
  return `emtdiff new: ${sources[firmware]}; RAM ${ram}; ${devices[device]}${bar}; ${os}${host}. Memory map and place of the BARs are chosen to fit.`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
