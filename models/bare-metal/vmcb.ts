/** What a vCPU under SVM holds for L2: the VMCB pages of L1, and what the processor caches of the last one. AMD APM vol. 2, "VMCB Clean Bits". */
import { PAT_RESET_HI, PAT_RESET_LO } from '../contract/msr.js';
import type { VmcbPage } from '../contract/operation.js';
import { NO_RULE } from '../contract/rule.js';
import { storeHalf } from './byte-register.js';

/** A VMCB page of L1. */
export class Vmcb {
  np = 1;
  npClean = 0;
  patHi = PAT_RESET_HI;
  patLo = PAT_RESET_LO;
  /** A #VMEXIT stored a PAT that is open. */
  isPatOpen = false;
  isPaged = true;
}

/** One vCPU: its VMCBs, what the processor caches of the last one, and the guest PAT. */
export class SvmGuest {
  readonly pages: readonly [Vmcb, Vmcb] = [new Vmcb(), new Vmcb()];
  isIn = false;
  page: VmcbPage = 0;
  /** What L2 runs with. */
  np = false;
  readonly gPat = new Uint8Array(8);
  gPatRule: number = NO_RULE;
  /** The guest PAT is the cached one or the new one. */
  isPatOpen = false;
  /** So is whether nested paging is on. */
  isNpOpen = false;
  /** L2 wrote PAT meanwhile, which is the host's if nested paging is off. */
  mayHaveWrittenHostPat = false;
  /** The VMCB that ran last, or null. */
  last: Vmcb | null = null;
  isCacheKnown = false;
  cachedNp = false;
  cachedHi = 0;
  cachedLo = 0;
}

/** Has the VMCB, whose NP clean bit is set, something else to say than what the processor cached? */
export function isStale({ last, isCacheKnown, cachedNp, cachedHi, cachedLo }: SvmGuest, vmcb: Vmcb): boolean {
  if (!isCacheKnown) return true;
  // Without nested paging before and now, nothing that the bit covers is in use.
  if (vmcb.np === 0 && !cachedNp) return false;
  return last !== vmcb || cachedNp !== (vmcb.np === 1) || vmcb.isPatOpen || vmcb.patHi !== cachedHi || vmcb.patLo !== cachedLo;
}

export function load(guest: SvmGuest, np: boolean, hi: number, lo: number, rule: number): void {
  guest.isIn = true;
  guest.np = np;
  storeHalf(guest.gPat, 0, lo);
  storeHalf(guest.gPat, 4, hi);
  guest.gPatRule = rule;
  guest.isPatOpen = false;
}
