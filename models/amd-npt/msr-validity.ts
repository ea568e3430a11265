/** Which WRMSR is accepted: Linux arch/x86/kvm/mtrr.c, kvm_mtrr_valid(), and x86.h, kvm_pat_valid(). */
import { DEF_TYPE, FIX4K_F8000, FIX64K_00000, MTRRCAP, PAT, PHYSBASE0 } from '../contract/msr.js';
import { fixedWord, isVariable } from './mtrr-msr.js';
import { RULE } from './rules.js';
import type { Kernel } from './switches.js';

/** valid_mtrr_type(): 0, 1, 4, 5, 6. */
function isMtrrType(type: number): boolean {
  return type < 8 && (0x73 & (1 << type)) !== 0;
}

function fourMtrrTypes(half: number): boolean {
  return isMtrrType(half & 0xff) && isMtrrType((half >>> 8) & 0xff) && isMtrrType((half >>> 16) & 0xff) && isMtrrType(half >>> 24);
}

/** kvm_pat_valid(), on one half: no bit above 2 of a byte, and bit 1 only together with bit 2. */
function fourPatTypes(half: number): boolean {
  return (half & 0xf8f8f8f8) === 0 && (half | ((half & 0x02020202) << 1)) === half;
}

/** Bits 63:maxPhysAddr of the high half; maxPhysAddr is 36 to 52. */
function aboveWidth(hi: number, maxPhysAddr: number): boolean {
  return hi >>> (maxPhysAddr - 32) !== 0;
}

/** The rule by which a WRMSR of these halves is refused, or 0 where it is accepted. */
export function refusal(kernel: Kernel, msr: number, hi: number, lo: number, maxPhysAddr: number): number {
  if (!kernel.checksTypes) return isStored(msr) ? 0 : msr === MTRRCAP ? RULE.mtrrcapIsReadOnly : RULE.noSuchMsr;
  if (msr === PAT) return fourPatTypes(hi) && fourPatTypes(lo) ? 0 : RULE.patTypeReserved;
  if (msr === DEF_TYPE) {
    if (hi !== 0 || (lo & ~0xcff) !== 0) return RULE.defTypeReservedBits;
    return isMtrrType(lo & 0xff) ? 0 : RULE.defTypeTypeReserved;
  }
  if (msr >= FIX64K_00000 && msr <= FIX4K_F8000 && fixedWord(msr) >= 0) {
    return fourMtrrTypes(hi) && fourMtrrTypes(lo) ? 0 : RULE.fixedTypeReserved;
  }
  if (isVariable(msr)) return variableRefusal(kernel, (msr - PHYSBASE0) % 2 === 0, hi, lo, maxPhysAddr);
  return msr === MTRRCAP ? RULE.mtrrcapIsReadOnly : RULE.noSuchMsr;
}

function isStored(msr: number): boolean {
  return msr === PAT || msr === DEF_TYPE || isVariable(msr) || fixedWord(msr) >= 0;
}

function variableRefusal(kernel: Kernel, isBase: boolean, hi: number, lo: number, maxPhysAddr: number): number {
  if (isBase && !isMtrrType(lo & 0xff)) return RULE.variableTypeReserved;
  if (!kernel.checksVariableReservedBits) return isBase || isMtrrType(lo & 0xff) ? 0 : RULE.maskTypeReserved;
  const reserved = isBase ? 0xf00 : 0x7ff;
  if ((lo & reserved) === 0 && !aboveWidth(hi, maxPhysAddr)) return 0;
  return kernel.reservedBitsQueueTwoGps ? RULE.variableReservedBitsTwice : RULE.variableReservedBits;
}
