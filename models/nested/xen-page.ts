/** What a domain's frame is to Xen. xen/arch/x86/mm/p2m.c; sizes are a rule of the scenario format. */
import { LEVEL_1G, LEVEL_2M, LEVEL_4K, type Level } from '../contract/address.js';
import { type Backing, DEVICE, DEVICE_RO, DEVICE_WC, FOREIGN, GRANT, RESERVED } from '../contract/machine.js';

/** p2m_mmio_direct */
export function isDirectMmio(backing: Backing): boolean {
  return backing === DEVICE || backing === DEVICE_WC || backing === DEVICE_RO || backing === RESERVED;
}

/** The largest mapping of it. */
export function largestLevel(backing: Backing): Level {
  if (backing === GRANT || backing === FOREIGN || backing === DEVICE_RO) return LEVEL_4K;
  return isDirectMmio(backing) ? LEVEL_2M : LEVEL_1G;
}
