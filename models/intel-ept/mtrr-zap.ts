import type { Gfn } from '../contract/address.js';
import { DEF_TYPE, FIX4K_C0000, FIX4K_F8000, FIX16K_80000, FIX16K_A0000, FIX64K_00000, PHYSBASE0 } from '../contract/msr.js';
import { type GuestMtrr, VARIABLE_RANGES } from './guest-mtrr.js';
import { RULE } from './rules.js';

/** End of the range that a write of MTRRdefType zaps. */
const ALL_END = 2 ** 52 - 1;

/**
 * The gfns that a write of an MTRR, already stored, invalidates. One instance is reused.
 * Linux v6.6 arch/x86/kvm/mtrr.c, update_mtrr(), after its test for non-coherent DMA.
 */
export class MtrrZap {
  start: Gfn = 0;
  end: Gfn = 0;

  /** The rule by which it zaps [start, end) or nothing. */
  update(mtrr: GuestMtrr, vcpu: number, msr: number): number {
    this.range(0, 0);
    if (!mtrr.isEnabled(vcpu) && msr !== DEF_TYPE) return RULE.mtrrWriteWhileDisabled;
    if (isFixedMtrr(msr)) {
      if (!mtrr.isFixedEnabled(vcpu)) return RULE.mtrrWriteWhileDisabled;
      this.fixedRange(msr);
    } else if (msr === DEF_TYPE) {
      // Also when the value is the old one.
      this.range(0, ALL_END);
    } else {
      // As the pair is now stored: where the range was before is not zapped, nor is V tested.
      const at = vcpu * VARIABLE_RANGES + ((msr - PHYSBASE0) >> 1);
      this.range(mtrr.start[at], mtrr.end[at]);
    }
    return this.end > this.start ? RULE.mtrrWriteZaps : RULE.mtrrWriteCoversNothing;
  }

  private fixedRange(msr: number): void {
    if (msr === FIX64K_00000) this.range(0, 0x80);
    else if (msr === FIX16K_80000) this.range(0x80, 0xa0);
    else if (msr === FIX16K_A0000) this.range(0xa0, 0xc0);
    else this.range(0xc0 + 8 * (msr - FIX4K_C0000), 0xc8 + 8 * (msr - FIX4K_C0000));
  }

  private range(start: Gfn, end: Gfn): void {
    this.start = start;
    this.end = end;
  }
}

/** Is this one of the eleven fixed-range MTRRs? */
export function isFixedMtrr(msr: number): boolean {
  return msr === FIX64K_00000 || msr === FIX16K_80000 || msr === FIX16K_A0000 || (msr >= FIX4K_C0000 && msr <= FIX4K_F8000);
}
