/** The machine of a scenario, as a model gets it: all defaults applied. */
import type { Gfn, Level } from './address.js';
import type { GuestOsName } from './guest-os.js';
import { type RegisterType, UC, UC_MINUS, WB, WC } from './memory-type.js';
import type { Value64 } from './operation.js';

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

/** The host's own memory type of a backing unless a `reserved` region says otherwise (a rule of the scenario format). */
export const BACKING_HOST_PAT: readonly RegisterType[] = [WB, WC, WB, UC_MINUS, WC, UC_MINUS, WB, WB, WB];

/** Whether the guest is a hypervisor, and of which kind. */
export const NO_NESTED = 0;
export const NESTED_SVM = 1;
export const NESTED_VMX = 2;
export type Nested = 0 | 1 | 2;
export const NESTED_NAMES = ['none', 'svm', 'vmx'] as const;

export interface Region {
  readonly gfn: Gfn;
  /** At least 1; `gfn + pages` is at most 2 ** (maxPhysAddr - 12). */
  readonly pages: number;
  readonly backing: Backing;
  /** Largest mapping the host makes here. */
  readonly level: Level;
  /** Host MTRR type, the default of the backing already applied. */
  readonly hostMtrr: RegisterType;
  /** Memory type by which the host maps the page itself; of a `reserved` page it may be WB, UC- or WC. */
  readonly hostPat: RegisterType;
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
  /** Variable MTRR pairs of the guest's processor, 0 to 10. */
  readonly vcnt: number;
  /** MSRs C001_0010 and C001_001D of an AMD processor as the firmware left them. */
  readonly syscfg: Value64;
  readonly topMem2: Value64;
  /** Whether the guest may run a guest of its own; the vendor of the subject has to match. */
  readonly nested: Nested;
  /** KVM's quirk NESTED_SVM_SHARED_PAT is left enabled. */
  readonly nestedSharedPat: boolean;
  /** guest_memfd was made with INIT_SHARED. */
  readonly initShared: boolean;
  /** The guest runs 64-bit code: `cr0.pg` is true. */
  readonly longMode: boolean;
  /** Who resolves `request` steps; null: nobody. */
  readonly guestOs: GuestOsName | null;
}
