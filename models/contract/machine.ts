/** The machine of a scenario, as a model gets it: all defaults applied. */
import type { Gfn, Level } from './address.js';
import { type RegisterType, UC, WB } from './memory-type.js';

/** What the host puts behind a range of guest frames. */
export const RAM = 0;
export const RAM_WC = 1;
export const RESERVED = 2;
export const DEVICE = 3;
export const DEVICE_WC = 4;
export const DEVICE_RO = 5;
export const SPECIAL = 6;
export const GRANT = 7;
export const FOREIGN = 8;
export type Backing = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Names by backing. */
export const BACKING_NAMES = [
  'ram',
  'ram-wc',
  'reserved',
  'device',
  'device-wc',
  'device-ro',
  'special',
  'grant',
  'foreign',
] as const;

/** Host MTRR type of a backing unless the region says otherwise (a rule of the scenario format). */
export const BACKING_HOST_MTRR: readonly RegisterType[] = [WB, WB, UC, UC, UC, UC, WB, WB, WB];

export interface Region {
  readonly gfn: Gfn;
  /** At least 1; `gfn + pages` is at most 2 ** (maxPhysAddr - 12). */
  readonly pages: number;
  readonly backing: Backing;
  /** Largest mapping the host makes here. */
  readonly level: Level;
  /** Host MTRR type, the default of the backing already applied. */
  readonly hostMtrr: RegisterType;
  /** Hypervisor special pages inside a `ram` region: first frame relative to `gfn`, and their number (0: none). */
  readonly specialOffset: number;
  readonly specialPages: number;
}

export interface Machine {
  /** 1 to 8. */
  readonly vcpus: number;
  /** Guest MAXPHYADDR, 36 to 52. */
  readonly maxPhysAddr: number;
  /** Host physical address width, maxPhysAddr to 52. */
  readonly hostPhysAddr: number;
  /** Guest CPUID.MTRR. */
  readonly guestMtrr: boolean;
  readonly selfSnoop: boolean;
  /** Assigned devices whose DMA does not snoop, 0 to 3. */
  readonly noncoherentDevices: number;
  readonly iommu: boolean;
  readonly ioResources: boolean;
  /** KVM quirks left enabled. */
  readonly quirkCdNwCleared: boolean;
  readonly quirkIgnoreGuestPat: boolean;
  /** CR0 of every vCPU at the start. */
  readonly cr0: { readonly pg: boolean; readonly cd: boolean; readonly nw: boolean };
  readonly privateMemory: boolean;
  /** Sorted by gfn, not overlapping. */
  readonly regions: readonly Region[];
}
