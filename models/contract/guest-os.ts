/** An operating system inside the guest, as `request` steps need it: what it may ask and write, and what it answers to a driver. */
import type { Gfn } from './address.js';
import type { Region } from './machine.js';
import type { UC, UC_MINUS, WB, WC, WT } from './memory-type.js';
import type { Model } from './model.js';
import type { Rule } from './rule.js';

/** Guest operating systems that a scenario may name. */
export const GUEST_OS_NAMES = [
  'linux-4.19',
  'linux-6.1',
  'linux-6.2',
  'linux-6.6',
  'linux-6.9',
  'linux-6.13',
  'linux-6.18',
] as const;
export type GuestOsName = (typeof GUEST_OS_NAMES)[number];

/** What a driver asks for: `ioremap_uc`, `ioremap`, `ioremap_wc`, `ioremap_wt`, `memremap`. */
export type RequestType = typeof UC | typeof UC_MINUS | typeof WC | typeof WT | typeof WB;

/** The subject as the OS meets it: register reads and writes of a vCPU, with all their effects and counts. */
export type GuestSubject = Pick<Model, 'readMsr' | 'writeMsr' | 'writeCr0' | 'valueHi' | 'valueLo'>;

/** What CPUID and the firmware's memory map tell the OS, and CR0 as the steps before the boot left it. */
export interface GuestPlatform {
  readonly vcpus: number;
  readonly vendor: 'intel' | 'amd';
  /** CPUID.HYPERVISOR. */
  readonly hypervisor: boolean;
  /** Confidential guest of KVM. */
  readonly isolation: 'none' | 'snp' | 'tdx';
  /** CPUID.MTRR. */
  readonly mtrr: boolean;
  readonly selfSnoop: boolean;
  /** MAXPHYADDR in bits. */
  readonly maxPhysAddr: number;
  readonly regions: readonly Region[];
  /** By vCPU. INIT clears PG and leaves CD and NW here as they were. */
  readonly cr0: readonly { readonly pg: boolean; readonly cd: boolean; readonly nw: boolean }[];
}

/** A request that the OS refuses with EBUSY. */
export const REQUEST_REFUSED = -1;

/** One OS in one guest; it is made anew for each scenario. */
export interface GuestOs {
  /** Boots on the subject as it is now. False: it cannot, and every request is ENODEV. */
  boot(subject: GuestSubject, platform: GuestPlatform): boolean;
  /** PAT index, 0 to 7, of a new mapping of the frame, or REQUEST_REFUSED. Asked only after a boot that succeeded. */
  request(gfn: Gfn, type: RequestType): number;
  /** The rule by which the last boot or request was decided. Not on the hot path. */
  lastRule(): Rule | null;
}

/** A guest OS at one release. */
export interface GuestOsProfile {
  readonly name: GuestOsName;
  /** The releases it stands for: `Linux 4.14 to 5.18`. */
  readonly span: string;
  /** Commits that made it what it is, newest last. */
  readonly commits: readonly string[];
  /** One sentence: what it models. */
  readonly summary: string;
  create(): GuestOs;
}
