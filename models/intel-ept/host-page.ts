/**
 * What KVM can tell of a page that the host backs guest memory with.
 * Linux v6.6 arch/x86/kvm/mmu/spte.c, kvm_is_mmio_pfn(); v4.4 arch/x86/kvm/mmu.c for what came before.
 */
import { type Backing, DEVICE, DEVICE_RO, DEVICE_WC, RAM, RAM_WC, RESERVED } from '../contract/machine.js';
import { type RegisterType, UC, UC_MINUS, WB } from '../contract/memory-type.js';
import type { Version } from './switches.js';

/** kvm_is_mmio_pfn(): must the page not be cached? @param hostPat the type by which the host maps the page */
export function isMmio(version: Version, backing: Backing, hostPat: RegisterType): boolean {
  // No struct page, and not RAM by the firmware's map either.
  if (!isPfnValid(backing)) return true;
  // A reserved page that the host maps WB may be cached: from aa2e063aec54 on.
  if (backing === RESERVED) return version.reservedPageIsMmio || hostPat !== WB;
  return backing === RAM_WC && version.writeCombiningRamIsMmio;
}

/** pfn_valid(): is there a struct page? */
function isPfnValid(backing: Backing): boolean {
  return backing !== DEVICE && backing !== DEVICE_WC && backing !== DEVICE_RO;
}

/** The host's PAT type of the page, with UC- as UC: lookup_memtype(), Linux v6.6 arch/x86/mm/pat/memtype.c. */
export function hostMemoryType(hostPat: RegisterType): RegisterType {
  return hostPat === UC_MINUS ? UC : hostPat;
}

/** Ordinary RAM may be mapped by large pages; everything else is mapped by 4 KiB (a rule of the scenario format). */
export function hasLargePages(backing: Backing): boolean {
  return backing === RAM || backing === RAM_WC;
}
