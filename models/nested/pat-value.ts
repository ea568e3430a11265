/** PAT as a value of 64 bits. */
import { PAT_RESET_HI, PAT_RESET_LO } from '../contract/msr.js';

export interface PatValue {
  readonly hi: number;
  readonly lo: number;
}

export const PAT_RESET: PatValue = { hi: PAT_RESET_HI, lo: PAT_RESET_LO };

export function typeAt({ hi, lo }: PatValue, index: number): number {
  return ((index > 3 ? hi : lo) >>> ((index & 3) * 8)) & 0xff;
}

/** Bytes 0, 1, 4, 5, 6, 7 alone are types that PAT encodes. */
export function isLegalPat(pat: PatValue): boolean {
  return [0, 1, 2, 3, 4, 5, 6, 7].every((index) => {
    const type = typeAt(pat, index);
    return type < 8 && type !== 2 && type !== 3;
  });
}

export function areSame(one: PatValue, other: PatValue): boolean {
  return one.hi === other.hi && one.lo === other.lo;
}

export function hex({ hi, lo }: PatValue): string {
  return `0x${(BigInt(hi) * 2n ** 32n + BigInt(lo)).toString(16)}`;
}
