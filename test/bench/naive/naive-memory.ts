/** What backs a frame now, as far as the severity of a divergence depends on it. */
import { BACKING_NAMES, type Backing, type Machine } from '../../../models/contract/machine.js';

export type FrameKind = 'coherent RAM' | 'RAM beside a device that does not snoop' | 'device memory';

interface Range {
  readonly gfn: bigint;
  readonly pages: bigint;
  readonly backing: (typeof BACKING_NAMES)[number];
}

const DEVICE_BACKINGS = ['device', 'device-wc', 'device-ro', 'reserved'];

export class NaiveMemory {
  /** Newest first. */
  private readonly ranges: Range[];
  private noncoherentDevices: number;

  constructor(machine: Machine) {
    this.ranges = machine.regions.map(({ gfn, pages, backing }) => ({
      gfn: BigInt(gfn),
      pages: BigInt(pages),
      backing: BACKING_NAMES[backing],
    }));
    this.noncoherentDevices = machine.noncoherentDevices;
  }

  setBacking(gfn: bigint, pages: bigint, backing: Backing): void {
    this.ranges.unshift({ gfn, pages, backing: BACKING_NAMES[backing] });
  }

  /** Of a kind at most three are attached. */
  attachNoncoherent(): void {
    this.noncoherentDevices = Math.min(3, this.noncoherentDevices + 1);
  }

  detachNoncoherent(): void {
    this.noncoherentDevices = Math.max(0, this.noncoherentDevices - 1);
  }

  classOf(gfn: bigint): FrameKind {
    const backing = this.ranges.find((range) => gfn >= range.gfn && gfn < range.gfn + range.pages)?.backing;
    if (backing === undefined) return 'coherent RAM';
    if (DEVICE_BACKINGS.includes(backing)) return 'device memory';
    return backing === 'ram-wc' || this.noncoherentDevices > 0 ? 'RAM beside a device that does not snoop' : 'coherent RAM';
  }
}
