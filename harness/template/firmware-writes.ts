/** What firmware writes on each processor, as corpora/boot has it from the sources. */
import type { Firmware, MachineLayout } from './machine-layout.js';

type Step = Readonly<Record<string, unknown>>;

const WB_EIGHT = '0x606060606060606';
const WP_EIGHT = '0x505050505050505';
const WC_EIGHT = '0x101010101010101';
const LOW_FIXED = ['0x250', '0x258'];
const HIGH_FIXED = ['0x268', '0x269', '0x26a', '0x26b', '0x26c', '0x26d', '0x26e', '0x26f'];

/** @param width of addresses in bits */
export function firmwareWrites(firmware: Firmware, layout: MachineLayout, width: number, vcpu: number): Step[] {
  const write = (msr: string, value: string): Step => ({ op: 'write-msr', vcpu, msr, value });
  const fixed = (values: readonly [vga: string, bios: string]) => [
    ...LOW_FIXED.map((msr) => write(msr, WB_EIGHT)),
    write('0x259', values[0]),
    ...HIGH_FIXED.map((msr) => write(msr, values[1])),
  ];
  const pairs = layout.uncachedFrom === null ? [] : pairsOver(layout.uncachedFrom, layout.uncachedTo, firmware, width);
  const variable = pairs.flatMap(({ base, mask }, index) => [
    write(`0x${(0x200 + 2 * index).toString(16)}`, base),
    write(`0x${(0x201 + 2 * index).toString(16)}`, mask),
  ]);
  const caching = { op: 'write-cr0', vcpu, pg: false, cd: false, nw: false };
  switch (firmware) {
    case 'none':
      return [];
    case 'seabios-i440fx':
      return [caching, write('0x2ff', '0x0'), ...fixed(['0x0', WP_EIGHT]), ...variable, write('0x2ff', '0xc06')];
    case 'hvmloader':
      return [...fixed([WC_EIGHT, WB_EIGHT]), ...variable, write('0x2ff', '0xc06')];
    // Sec, then UefiCpuPkg MtrrLib: everything between CR0.CD=1 and the default type without E.
    case 'ovmf-q35': {
      const cr0 = (cd: boolean) => ({ op: 'write-cr0', vcpu, pg: true, cd, nw: false });
      return [
        caching,
        write('0x2ff', '0x806'),
        cr0(false),
        cr0(true),
        write('0x2ff', '0x6'),
        ...fixed(['0x0', '0x0']),
        ...variable,
        write('0x2ff', '0xc06'),
        cr0(false),
      ];
    }
  }
}

/** Bases and masks, type UC, over a range that ends at or below 4 GiB. */
function pairsOver(from: number, to: number, firmware: Firmware, width: number): { base: string; mask: string }[] {
  const limit = 1n << BigInt(width);
  const pair = (base: number, size: number) => ({ base: hex(BigInt(base)), mask: hex((limit - BigInt(size)) | 0x800n) });
  // SeaBIOS makes one pair of it, whatever the size: no power of two makes a mask with holes.
  if (firmware === 'seabios-i440fx') return [pair(from, to - from)];
  const pairs: { base: string; mask: string }[] = [];
  for (let base = from; base < to; ) {
    let size = 0x1000;
    while (base % (2 * size) === 0 && base + 2 * size <= to) size *= 2;
    pairs.push(pair(base, size));
    base += size;
  }
  return pairs;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
