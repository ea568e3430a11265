/** The MTRR MSRs of one vCPU of a domain. Xen xen/arch/x86/hvm/mtrr.c; hvm.c, hvm_msr_write_intercept(). */
import { UC, WB, WC, WP, WT } from '../contract/memory-type.js';
import { DEF_TYPE, FIX64K_00000, MTRRCAP, PHYSBASE0 } from '../contract/msr.js';
import { NO_RULE } from '../contract/rule.js';
import { areSame, type PatValue } from './pat-value.js';
import { XEN_RULE as RULE } from './rules.js';

const VCNT = 8;
const CAP = { hi: 0, lo: 0x508 };
const ZERO = { hi: 0, lo: 0 };
const TYPES: readonly number[] = [UC, WC, WT, WP, WB];

export class XenMtrrs {
  private readonly values = new Map<number, PatValue>();
  /** What a restore filled with pair 0. */
  private readonly replicated = new Set<number>();

  /** The rule of the fault, or NO_RULE. @param width MAXPHYADDR of the guest, which is 48 at most */
  write(msr: number, value: PatValue, width: number): number {
    if (msr === MTRRCAP) return RULE.xenMtrrcapReadOnly;
    if (isAbsent(msr)) return RULE.xenAbsentPair;
    // A value that is there already is not checked again, but for the default type.
    const isSame = msr !== DEF_TYPE && areSame(this.read(msr), value);
    if (!isSame && !isLegal(msr, value, width)) return RULE.xenMtrrIllegal;
    this.values.set(msr, value);
    this.replicated.delete(msr);
    return NO_RULE;
  }

  /** The rule of the fault, or NO_RULE. */
  readFault(msr: number): number {
    return isAbsent(msr) ? RULE.xenAbsentPair : NO_RULE;
  }

  readRule(msr: number): number {
    return this.replicated.has(msr) ? RULE.xenRestored : RULE.xenMtrrRead;
  }

  read(msr: number): PatValue {
    return msr === MTRRCAP ? CAP : (this.values.get(msr) ?? ZERO);
  }

  /** hvm_save_mtrr_msr() and hvm_load_mtrr_msr(): every pair becomes pair 0. */
  saveAndRestore(): void {
    for (let pair = 1; pair < VCNT; pair++) {
      for (const half of [0, 1]) {
        this.values.set(PHYSBASE0 + 2 * pair + half, this.read(PHYSBASE0 + half));
        this.replicated.add(PHYSBASE0 + 2 * pair + half);
      }
    }
  }
}

function isAbsent(msr: number): boolean {
  return msr >= PHYSBASE0 + 2 * VCNT && msr < FIX64K_00000;
}

function isLegal(msr: number, { hi, lo }: PatValue, width: number): boolean {
  if (msr === DEF_TYPE) return hi === 0 && (lo & ~0xcff) === 0 && TYPES.includes(lo & 0xff);
  if (msr >= FIX64K_00000) {
    const bytes = [0, 8, 16, 24].flatMap((shift) => [(hi >>> shift) & 0xff, (lo >>> shift) & 0xff]);
    return bytes.every((byte) => TYPES.includes(byte));
  }
  const isBase = msr % 2 === 0;
  if (isBase && !TYPES.includes(lo & 0xff)) return false;
  return (lo & (isBase ? 0xf00 : 0x7ff)) === 0 && hi < 2 ** (width - 32);
}
