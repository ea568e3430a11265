/**
 * The type of a nested leaf: Linux v4.2 arch/x86/kvm/svm.c, svm_get_mt_mask() as of 3c2e7f7de324 and fd717f11015f. In all other versions
 * it returns 0, or is absent: PAT, PCD and PWT are 0 and select entry 0 of the host's PAT.
 */
import { type RegisterType, WB } from '../contract/memory-type.js';
import type { GuestMtrrs } from './guest-mtrrs.js';
import { guestMemoryType, UNKNOWN_TYPE } from './guest-mtrr-lookup.js';
import { nestedTypeOf } from './nested-pat.js';
import { OPEN_TYPE } from './npt-leaves.js';
import { RULE } from './rules.js';

/** Type of a leaf (a host PAT type or OPEN_TYPE) and the rule it came by (0: the cell of the hardware's tables), as 16 * rule + type. */
export type LeafDecision = number;

/** Entry 0 of Linux' PAT is WB. */
export const PLAIN_LEAF: LeafDecision = WB;

export function typeOfLeaf(decision: LeafDecision): RegisterType | typeof OPEN_TYPE {
  return (decision & 15) as RegisterType | typeof OPEN_TYPE;
}
export function ruleOfLeaf(decision: LeafDecision): number {
  return decision >> 4;
}

/** svm_get_mt_mask(): MMIO trusts the guest's MTRRs as assigned devices do. */
export function nestedLeafType(
  mtrrs: GuestMtrrs,
  vcpu: number,
  gfn: number,
  isMmio: boolean,
  hasAssignedDevice: boolean,
): LeafDecision {
  if (!isMmio && !hasAssignedDevice) return 16 * RULE.noAssignedDevice + WB;
  const lookedUp = guestMemoryType(mtrrs, vcpu, gfn);
  const type = lookedUp % 256;
  return 16 * Math.floor(lookedUp / 256) + (type === UNKNOWN_TYPE ? OPEN_TYPE : nestedTypeOf(type));
}
