/** One vCPU: arch.pat, the PAT fields of vmcs01, vmcs02 and vmcs12, and the mode. */
import { UC, UC_MINUS, WB, WC, WP, WT } from '../contract/memory-type.js';
import { PAT_RESET_HI, PAT_RESET_LO } from '../contract/msr.js';
import { MtrrMsrs } from './guest-msrs.js';
import { RULE } from './rules.js';

/** A value of PAT; replaced, never changed. */
export interface Pat {
  readonly hi: number;
  readonly lo: number;
}

export const PAT_AT_RESET: Pat = { hi: PAT_RESET_HI, lo: PAT_RESET_LO };
const PAT_TYPES: readonly number[] = [UC, WC, WT, WP, WB, UC_MINUS];

function byteOf({ hi, lo }: Pat, index: number): number {
  return index < 4 ? (lo >>> (8 * index)) & 0xff : (hi >>> (8 * (index - 4))) & 0xff;
}

/** Type that an index selects, of a legal value. */
export function patType(pat: Pat, index: number): number {
  return byteOf(pat, index);
}

/** kvm_pat_valid() */
export function isLegal(pat: Pat): boolean {
  for (let index = 0; index < 8; index++) if (!PAT_TYPES.includes(byteOf(pat, index))) return false;
  return true;
}

export class Vmcs12 {
  ept = true;
  loadGuestPat = false;
  saveGuestPat = false;
  loadHostPat = false;
  guestPat = PAT_AT_RESET;
  hostPat = PAT_AT_RESET;
  /** A write of L2 was stored into guestPat after L1's last. */
  isGuestPatOfL2 = false;
  /** CR0.PG of L2. */
  pg = true;
}

export class Vcpu {
  readonly mtrrs = new MtrrMsrs();
  readonly vmcs12 = new Vmcs12();
  /** arch.pat, what RDMSR gives in either mode, and why. */
  pat = PAT_AT_RESET;
  patRule: number = RULE.registerAtStart;
  /** GUEST_IA32_PAT of vmcs01, live in L1, and of vmcs02, live in L2. */
  pat01 = PAT_AT_RESET;
  pat02 = PAT_AT_RESET;
  isInL2 = false;
  pg = true;
  cd = false;
  nw = false;

  get livePat(): Pat {
    return this.isInL2 ? this.pat02 : this.pat01;
  }

  get isPaged(): boolean {
    return this.isInL2 ? this.vmcs12.pg : this.pg;
  }
}
