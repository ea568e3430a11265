/** L2 on a processor whose guest L1 runs a guest of its own: what SVM (svm-guests.ts) and VMX (vmx-guests.ts) have in common. */
import type { Gfn, Level } from '../contract/address.js';
import type { Observation } from '../contract/observation.js';
import type { FlagOrKeep, VmcbPage } from '../contract/operation.js';
import type { L1Leaf } from './l1-leaves.js';

export interface LevelTwo {
  reset(): void;
  isIn(vcpu: number): boolean;
  enter(vcpu: number, page: VmcbPage): Observation;
  /** L2 is left; what that does to the PATs. */
  leave(vcpu: number): void;
  /** The rule by which `leave` treats the PATs, asked before it. */
  leaveRule(vcpu: number): number;
  /** Is `access.gfn` a frame of L2, which L1's table translates? */
  translates(vcpu: number): boolean;
  /** CR0.PG of L2. */
  isPaged(vcpu: number): boolean;
  /** CR0.CD that an access of L2 without translation is under. */
  isCacheDisabled(vcpu: number): boolean;
  writeCr0(vcpu: number, pg: boolean): void;
  writePat(vcpu: number, hi: number, lo: number): Observation;
  /** `undefined` where the PAT is open; else the value is left in the PAT's halves. */
  readPat(vcpu: number): Observation;
  patHalf(vcpu: number, upper: boolean): number;
  /** The PAT of the vCPU, or what it translates by, is open: the observation of any access; else -1. */
  openAccess(vcpu: number): Observation;
  /** The rule by which an access that the leaf does not serve goes to L1, or NO_RULE. */
  exitOnAccess(leaf: L1Leaf | null): Observation;
  /** @param gfn L1's frame, which has backing */
  access(vcpu: number, gfn: Gfn, leaf: L1Leaf, pat: number, size: Level): Observation;
  readL2Pat(vcpu: number, page: VmcbPage): Observation;
  l2PatHalf(vcpu: number, page: VmcbPage, upper: boolean): number;
  /** `vcpu0 VMCB0`: ... */
  addState(state: Record<string, unknown>, vcpu: number): void;
}

/** The field after a store: KEEP leaves it. */
export function stored(old: number, flag: FlagOrKeep): number {
  return flag < 0 ? old : flag;
}

/** No observation: openAccess() and exitOnAccess() have nothing to say. */
export const NOTHING = -1;
