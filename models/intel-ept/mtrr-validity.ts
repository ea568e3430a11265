/**
 * Which WRMSR is accepted, of the guest and of userspace alike. Each function answers 0, or the rule by which the write faults.
 * Linux v6.6 arch/x86/kvm/mtrr.c, kvm_mtrr_valid(); v3.1 and v5.10 for what came before. KVM tests no CPUID bit here.
 */
import { NO_RULE } from '../contract/rule.js';
import { RULE } from './rules.js';
import type { Version } from './switches.js';

/** valid_mtrr_type(): UC, WC, WT, WP, WB. */
export function isMtrrType(type: number): boolean {
  return type < 8 && ((1 << type) & 0x73) !== 0;
}

/** valid_pat_type(): as for MTRRs, and UC-. */
export function isPatType(type: number): boolean {
  return type < 8 && ((1 << type) & 0xf3) !== 0;
}

/** Bits 9:8 and 63:12 of MTRRdefType are reserved. */
export function defTypeFault(version: Version, hi: number, lo: number): number {
  if (!version.checksMtrrTypes) return NO_RULE;
  if (hi !== 0 || (lo & ~0xcff) !== 0) return RULE.defTypeReservedBits;
  return isMtrrType(lo & 0xff) ? NO_RULE : RULE.defTypeReservedType;
}

/** Eight type bytes. */
export function fixedFault(version: Version, hi: number, lo: number): number {
  if (!version.checksMtrrTypes) return NO_RULE;
  for (let shift = 0; shift < 32; shift += 8) {
    if (!isMtrrType((lo >>> shift) & 0xff) || !isMtrrType((hi >>> shift) & 0xff)) return RULE.fixedReservedType;
  }
  return NO_RULE;
}

/** A variable base: bits 11:8 are reserved, as are those from MAXPHYADDR on; `addressHi` has bits MAXPHYADDR-1:32. */
export function baseFault(version: Version, addressHi: number, hi: number, lo: number): number {
  if (!version.checksMtrrTypes) return NO_RULE;
  if (!isMtrrType(lo & 0xff)) return RULE.variableReservedType;
  if (!version.checksVariableReservedBits) return NO_RULE;
  return (hi & ~addressHi) === 0 && (lo & 0xf00) === 0 ? NO_RULE : reservedBits(version);
}

/** A variable mask: bits 10:0 are reserved, as are those from MAXPHYADDR on; bit 11 is V. Any mask is contiguous enough. */
export function maskFault(version: Version, addressHi: number, hi: number, lo: number): number {
  if (!version.checksMtrrTypes) return NO_RULE;
  if (!version.checksVariableReservedBits) return isMtrrType(lo & 0xff) ? NO_RULE : RULE.maskReservedType;
  return (hi & ~addressHi) === 0 && (lo & 0x7ff) === 0 ? NO_RULE : reservedBits(version);
}

/** kvm_inject_gp() inside the check, then return 1. */
function reservedBits(version: Version): number {
  return version.reservedBitsFaultTwice ? RULE.variableReservedBitsTwice : RULE.variableReservedBits;
}

/** kvm_pat_valid(): is every byte a PAT type? */
export function isPatValid(hi: number, lo: number): boolean {
  for (let shift = 0; shift < 32; shift += 8) {
    if (!isPatType((lo >>> shift) & 0xff) || !isPatType((hi >>> shift) & 0xff)) return false;
  }
  return true;
}
