/** Which host PAT type a nested entry selects. */
import { type RegisterType, UC, UC_MINUS, WB } from '../contract/memory-type.js';
import type { Region } from './region.js';

/** Xen xen/arch/x86/mm/p2m-pt.c, `p2m_type_to_flags()` with `XEN_MSR_PAT`: no flags are WB, PCD is UC-, PCD with PWT is UC. */
export function nestedType(region: Region): RegisterType {
  if (!region.isDirectMmio) return WB;
  return region.isReadOnlyMmio ? UC : UC_MINUS;
}
