/** The MTRRs of one vCPU as Xen stores them: `struct mtrr_state`. */

/** IA32_MTRR_DEF_TYPE.E and .FE. */
export const ENABLED = 0x800;
export const FIXED_ENABLED = 0x400;
/** IA32_MTRR_PHYSMASKn.V. */
const VALID = 0x800;

/** Variable pairs of a domU, MTRRcap.VCNT. */
export const PAIRS = 8;
/** Fixed-range MSRs. */
export const FIXED_ROWS = 11;

export class MtrrState {
  /** IA32_MTRR_DEF_TYPE, low half; the high half is reserved. */
  defType = 0;
  /** Bit n: pair n is valid. */
  validPairs = 0;
  /** PHYSBASE0, PHYSMASK0, PHYSBASE1 ...: low half, high half. */
  readonly variable = new Int32Array(4 * PAIRS);
  /** FIX64K_00000, FIX16K_80000 ... FIX4K_F8000: low half, high half; one byte a range, in ascending order of address. */
  readonly fixed = new Int32Array(2 * FIXED_ROWS);
  /** Entries were computed from these values: they are kept, a write goes to a copy. */
  isRemembered = false;

  copy(other: MtrrState): void {
    this.defType = other.defType;
    this.validPairs = other.validPairs;
    this.variable.set(other.variable);
    this.fixed.set(other.fixed);
    this.isRemembered = false;
  }

  /** `register` is the MSR's distance from PHYSBASE0. */
  setVariable(register: number, hi: number, lo: number): void {
    this.variable[2 * register] = lo;
    this.variable[2 * register + 1] = hi;
    if ((register & 1) === 0) return;
    const bit = 1 << (register >> 1);
    this.validPairs = (lo & VALID) !== 0 ? this.validPairs | bit : this.validPairs & ~bit;
  }

  setFixed(row: number, hi: number, lo: number): void {
    this.fixed[2 * row] = lo;
    this.fixed[2 * row + 1] = hi;
  }

  hasVariable(register: number, hi: number, lo: number): boolean {
    return this.variable[2 * register] === (lo | 0) && this.variable[2 * register + 1] === (hi | 0);
  }

  hasFixed(row: number, hi: number, lo: number): boolean {
    return this.fixed[2 * row] === (lo | 0) && this.fixed[2 * row + 1] === (hi | 0);
  }

  /** Xen xen/arch/x86/hvm/mtrr.c, `mtrr_pat_not_equal()` without its PAT: disabled MTRRs are equal whatever they hold. */
  differsFrom(other: MtrrState): boolean {
    if (((this.defType ^ other.defType) & ENABLED) !== 0) return true;
    if ((this.defType & ENABLED) === 0) return false;
    if (this.defType !== other.defType) return true;
    if ((this.defType & FIXED_ENABLED) !== 0 && !sameWords(this.fixed, other.fixed)) return true;
    return !sameWords(this.variable, other.variable);
  }
}

function sameWords(a: Int32Array, b: Int32Array): boolean {
  for (let word = 0; word < a.length; word++) if (a[word] !== b[word]) return false;
  return true;
}
