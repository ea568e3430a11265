/** Where a machine has its RAM and its devices, by firmware: what QEMU's and Xen's machines do, as corpora/boot has it. */
import { UsageError } from '../operations/usage-error.js';

export const FIRMWARES = ['ovmf-q35', 'seabios-i440fx', 'hvmloader', 'none'] as const;
export type Firmware = (typeof FIRMWARES)[number];

/** Of an assigned device: its DMA does not snoop, it does, there is none. */
export const DEVICES = ['nc', 'coherent', 'none'] as const;

const MIB = 0x100000;
const GIB = 0x40000000;
const FOUR_GIB = 4 * GIB;
/** Where hvmloader ends its window of devices. */
const HVMLOADER_END = 0xfc000000;
const HVMLOADER_STARTS = [0xf0000000, 0xe0000000, 0xc0000000, 0x80000000];

export interface MachineLayout {
  /** Bytes of RAM below and from 4 GiB on. */
  readonly lowRam: number;
  readonly highRam: number;
  /** First address below 4 GiB that the firmware makes UC; null: it makes none. */
  readonly uncachedFrom: number | null;
  /** End of it. */
  readonly uncachedTo: number;
  /** Registers of an assigned device, below 4 GiB. */
  readonly registers: number;
  /** Where a large BAR goes. */
  readonly bar: number;
}

/** @param bar bytes of the large BAR, 0: none. @throws {UsageError} */
export function machineLayout(firmware: Firmware, ram: number, bar: number): MachineLayout {
  const high = (low: number, start: number) => (bar === 0 ? 0 : aligned(Math.max(FOUR_GIB, FOUR_GIB + ram - low), bar, start));
  switch (firmware) {
    // hw/i386/pc_q35.c: all of it low below 2.75 GiB, else 2 GiB. PlatformInitLib, PlatformQemuUc32BaseInitialization().
    case 'ovmf-q35': {
      const low = ram >= 0xb0000000 ? 2 * GIB : ram;
      const from = low <= 2 * GIB ? 2 * GIB : 0xe0000000;
      return {
        ...split(ram, low),
        uncachedFrom: from,
        uncachedTo: FOUR_GIB,
        registers: 0xfea00000,
        bar: bar <= 0x20000000 ? aligned(0xc0000000, bar, 0) : high(low, 0),
      };
    }
    // hw/i386/pc_piix.c: all of it low below 3.5 GiB, else 3 GiB. SeaBIOS src/fw/pciinit.c, src/fw/mtrr.c.
    case 'seabios-i440fx': {
      const low = ram >= 0xe0000000 ? 3 * GIB : ram;
      return {
        ...split(ram, low),
        uncachedFrom: Math.max(2 * GIB, low),
        uncachedTo: FOUR_GIB,
        registers: 0xfeb00000,
        bar: bar <= 0x10000000 ? 0xe0000000 : high(low, 0),
      };
    }
    // tools/firmware/hvmloader/pci.c: pci_mem_start goes down until what is below 4 GiB fits.
    case 'hvmloader': {
      const start = HVMLOADER_STARTS.find((from) => bar + 0x4000000 <= HVMLOADER_END - from) ?? HVMLOADER_STARTS[0];
      const low = Math.min(ram, start);
      const isLow = bar + 0x4000000 <= HVMLOADER_END - start;
      return {
        ...split(ram, low),
        uncachedFrom: start,
        uncachedTo: HVMLOADER_END,
        registers: HVMLOADER_END - 0x1000000,
        bar: isLow ? start : high(low, 0),
      };
    }
    case 'none': {
      const low = Math.min(ram, 3 * GIB);
      return {
        ...split(ram, low),
        uncachedFrom: null,
        uncachedTo: FOUR_GIB,
        registers: 0xe8000000,
        bar: bar <= 0x20000000 ? 0xc0000000 : high(low, 0),
      };
    }
  }
}

function split(ram: number, low: number): { lowRam: number; highRam: number } {
  return { lowRam: low, highRam: ram - low };
}

function aligned(address: number, size: number, least: number): number {
  const from = Math.max(address, least);
  return size === 0 ? from : Math.ceil(from / size) * size;
}

/** Bytes of `4G`, `3328M`. @throws {UsageError} naming the option */
export function bytesOf(option: string, text: string): number {
  const fields = /^(\d+)([MG])$/.exec(text);
  const bytes = fields === null ? Number.NaN : Number(fields[1]) * (fields[2] === 'G' ? GIB : MIB);
  if (!Number.isSafeInteger(bytes) || bytes < 2 * MIB || bytes > 2 ** 45)
    throw new UsageError(`${option}: found ${JSON.stringify(text)}, expected a size from 2M to 32768G such as 512M or 4G`);
  return bytes;
}
