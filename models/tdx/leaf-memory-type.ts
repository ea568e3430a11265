/** The memory type of a shared access: what vmx_get_mt_mask() puts into the leaf, and what the CPU makes of it and the guest PAT. */
import { type EffectiveType, type RegisterType, UC, UC_MINUS, WB, WC } from '../contract/memory-type.js';

/** Linux v6.16 vmx_get_mt_mask(), for a VM that never ignores guest PAT. No ipat in either case. */
export function leafType(isHostMmio: boolean): RegisterType {
  // Cacheable access to host MMIO would machine-check, whatever the guest asked for.
  return isHostMmio ? UC : WB;
}

/**
 * The effective type under a leaf of UC or WB without ipat.
 * Source: Intel SDM vol. 3, "Effective Memory-Type Encodings" of MTRRs with PAT, which EPT follows with its own type in the MTRR's place.
 */
export function effectiveType(leaf: RegisterType, pat: RegisterType): EffectiveType {
  if (leaf === UC) return pat === WC ? WC : UC;
  return pat === UC_MINUS ? UC : pat;
}
