/** Where an MTRR MSR is kept: 22 words of fixed types a vCPU, LSB first, and 8 variable pairs. */
import { FIX16K_80000, FIX16K_A0000, FIX4K_C0000, FIX4K_F8000, FIX64K_00000, PHYSBASE0 } from '../contract/msr.js';

export const VARIABLE_PAIRS = 8;
/** 32-bit words of the eleven fixed MSRs: byte i of 88 is in word i / 4. */
export const FIXED_WORDS = 22;
export const FIXED_BYTES = 88;

/** First word of a fixed MSR, or -1 where the number is none of the eleven. */
export function fixedWord(msr: number): number {
  if (msr === FIX64K_00000) return 0;
  if (msr === FIX16K_80000) return 2;
  if (msr === FIX16K_A0000) return 4;
  if (msr >= FIX4K_C0000 && msr <= FIX4K_F8000) return 6 + 2 * (msr - FIX4K_C0000);
  return -1;
}

/** MSRs 0x200 to 0x20f: even is the base, odd the mask of pair (msr - 0x200) / 2. */
export function isVariable(msr: number): boolean {
  return msr >= PHYSBASE0 && msr < PHYSBASE0 + 2 * VARIABLE_PAIRS;
}
