/** One vCPU and whose PAT it runs on. Linux arch/x86/kvm/svm/nested.c; the names of the fields of KVM stand beside. */
import { PAT_RESET_HI, PAT_RESET_LO } from '../contract/msr.js';
import type { VmcbPage } from '../contract/operation.js';
import { GuestMtrrs } from './guest-mtrrs.js';
import { RULE } from './rules.js';

/** Eight type bytes and the rule by which they are there. */
export class PatValue {
  hi = PAT_RESET_HI;
  lo = PAT_RESET_LO;
  rule: number = RULE.registerAtStart;

  set(hi: number, lo: number, rule: number): void {
    this.hi = hi;
    this.lo = lo;
    this.rule = rule;
  }

  /** @param index 4*PAT + 2*PCD + PWT */
  type(index: number): number {
    return ((index < 4 ? this.lo : this.hi) >>> (8 * (index % 4))) & 7;
  }
}

/** kvm_pat_valid() */
export function isValidPat(hi: number, lo: number): boolean {
  return isValidHalf(hi) && isValidHalf(lo);
}

function isValidHalf(half: number): boolean {
  if ((half & 0xf8f8f8f8) !== 0) return false;
  // Bit 1 alone, of types 2 and 3, is not set without bit 2.
  return (half & 0x02020202 & ~((half & 0x04040404) >>> 1)) === 0;
}

/** vmcb12: a page of L1. */
export class Vmcb12 {
  np = true;
  npClean = false;
  gPatHi = PAT_RESET_HI;
  gPatLo = PAT_RESET_LO;
  /** CR0.PG of the L2 that it runs. */
  isPaged = true;
}

export class Vcpu {
  readonly mtrrs = new GuestMtrrs();
  readonly pages: readonly [Vmcb12, Vmcb12] = [new Vmcb12(), new Vmcb12()];
  /** arch.pat, and with it vmcb01's g_pat. */
  readonly pat = new PatValue();
  /** vmcb02's g_pat. */
  readonly pat02 = new PatValue();
  /** vmcb02's g_pat was filled with L1's PAT, by a VMRUN that shared it. */
  isPat02Shared = false;
  isInL2 = false;
  /** The vmcb12 that runs or ran last: current_vmcb12. */
  page: VmcbPage = 0;
  /** last_vmcb12_gpa; -1: none. */
  lastPage = -1;
  /** l2_has_separate_pat() of the L2 that runs. */
  isSeparate = false;
  pg = true;
  cd = false;
  nw = false;

  get vmcb12(): Vmcb12 {
    return this.pages[this.page];
  }

  /** CR0.PG of what runs. */
  get isPaged(): boolean {
    return this.isInL2 ? this.vmcb12.isPaged : this.pg;
  }

  /** The PAT that types an access. */
  get livePat(): PatValue {
    return this.isInL2 ? this.pat02 : this.pat;
  }
}
