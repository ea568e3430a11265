/** MTRRs, PAT and CR0 of one vCPU. Linux v6.16 arch/x86/kvm/mtrr.c: MTRRs are validated and stored, nothing looks them up. */
import * as MSR from '../contract/msr.js';
import { type RegisterType, UC, WB, WC, WP, WT } from '../contract/memory-type.js';
import { RULE } from './rules.js';

/** `kvm_mtrr_get_msr`: 8 variable ranges, FIX, WC. */
export const MTRRCAP_VALUE = 0x508;
const VARIABLE_PAIRS = 8;
/** Places of a register in the arrays: variable ranges 0 to 15, then these. */
const FIX64K = 16;
const FIX16K = 17;
const FIX4K = 19;
const DEF_TYPE_PLACE = 27;
const PAT_PLACE = 28;
const PLACES = 29;
export const NO_PLACE = -1;

export class GuestRegisters {
  private readonly hi = new Uint32Array(PLACES);
  private readonly lo = new Uint32Array(PLACES);
  /** The rule of the write that put the value there; registerRead: none did. */
  private readonly rules = new Uint16Array(PLACES);
  pg = true;
  cd = false;
  nw = false;

  reset(pg: boolean, cd: boolean, nw: boolean): void {
    this.hi.fill(0);
    this.lo.fill(0);
    this.rules.fill(RULE.registerRead);
    this.hi[PAT_PLACE] = MSR.PAT_RESET_HI;
    this.lo[PAT_PLACE] = MSR.PAT_RESET_LO;
    this.setCr0(pg, cd, nw);
  }

  setCr0(pg: boolean, cd: boolean, nw: boolean): void {
    this.pg = pg;
    this.cd = cd;
    this.nw = nw;
  }

  /** The rule of a #GP, or 0 where the write was stored. */
  write(msr: number, hi: number, lo: number, maxPhysAddr: number): number {
    const place = placeOf(msr);
    if (place === NO_PLACE) return msr === MSR.MTRRCAP ? RULE.mtrrCapIsReadOnly : RULE.noSuchMsr;
    const refusal = refusalOf(place, hi, lo, maxPhysAddr);
    if (refusal !== 0) return refusal;
    this.hi[place] = hi;
    this.lo[place] = lo;
    this.rules[place] = RULE.registerStored;
    return 0;
  }

  valueHi(place: number): number {
    return this.hi[place];
  }
  valueLo(place: number): number {
    return this.lo[place];
  }

  ruleOf(place: number): number {
    return this.rules[place];
  }

  /** The type in an entry of PAT, 0 to 7. */
  pat(index: number): RegisterType {
    const half = index < 4 ? this.lo[PAT_PLACE] : this.hi[PAT_PLACE];
    return ((half >>> ((index & 3) * 8)) & 7) as RegisterType;
  }
}

/** Where a register stands, or NO_PLACE. find_mtrr() tests no CPUID bit. */
export function placeOf(msr: number): number {
  if (msr >= MSR.PHYSBASE0 && msr < MSR.PHYSBASE0 + 2 * VARIABLE_PAIRS) return msr - MSR.PHYSBASE0;
  if (msr === MSR.FIX64K_00000) return FIX64K;
  if (msr === MSR.FIX16K_80000 || msr === MSR.FIX16K_A0000) return FIX16K + msr - MSR.FIX16K_80000;
  if (msr >= MSR.FIX4K_C0000 && msr <= MSR.FIX4K_F8000) return FIX4K + msr - MSR.FIX4K_C0000;
  if (msr === MSR.DEF_TYPE) return DEF_TYPE_PLACE;
  return msr === MSR.PAT ? PAT_PLACE : NO_PLACE;
}

/** kvm_mtrr_valid(), kvm_pat_valid(): the rule of a #GP, or 0. */
function refusalOf(place: number, hi: number, lo: number, maxPhysAddr: number): number {
  if (place === PAT_PLACE) return hasOnlyPatTypes(hi) && hasOnlyPatTypes(lo) ? 0 : RULE.patType;
  if (place === DEF_TYPE_PLACE) {
    if (hi !== 0 || (lo & ~0xcff) !== 0) return RULE.defTypeReserved;
    return isMtrrType(lo & 0xff) ? 0 : RULE.defTypeType;
  }
  if (place >= FIX64K) return hasOnlyMtrrTypes(hi) && hasOnlyMtrrTypes(lo) ? 0 : RULE.fixedType;
  return variableRefusal(place, hi, lo, maxPhysAddr);
}

function variableRefusal(place: number, hi: number, lo: number, maxPhysAddr: number): number {
  const isMask = (place & 1) === 1;
  if (!isMask && !isMtrrType(lo & 0xff)) return RULE.variableType;
  const belowAddress = isMask ? 0x7ff : 0xf00;
  const isAboveWidth = hi >= 2 ** (maxPhysAddr - 32);
  return isAboveWidth || (lo & belowAddress) !== 0 ? RULE.variableReserved : 0;
}

/** valid_mtrr_type() */
function isMtrrType(type: number): boolean {
  return type === UC || type === WC || type === WT || type === WP || type === WB;
}

function hasOnlyMtrrTypes(half: number): boolean {
  for (let shift = 0; shift < 32; shift += 8) {
    if (!isMtrrType((half >>> shift) & 0xff)) return false;
  }
  return true;
}

/** PAT knows 7, UC-, besides the types of MTRRs. */
function hasOnlyPatTypes(half: number): boolean {
  for (let shift = 0; shift < 32; shift += 8) {
    const type = (half >>> shift) & 0xff;
    if (type !== 7 && !isMtrrType(type)) return false;
  }
  return true;
}
