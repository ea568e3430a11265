/** An access of a vCPU and how far the handling of its fault has come. */
import type { Gfn } from '../contract/address.js';
import { type AccessKind, READ } from '../contract/operation.js';

/** No access: none is paused on the vCPU. */
export const NO_ACCESS = 0;
/** The access is about to touch memory. */
export const TO_TOUCH = 1;
/** The hardware fault was taken. */
export const TAKEN = 2;
/** The sequence snapshot was taken and the attribute agrees. */
export const CHECKED = 3;
/** The page was found or assigned; staleness is not yet checked. */
export const LOOKED_UP = 4;
export type Stage = 0 | 1 | 2 | 3 | 4;
export const STAGE_NAMES = ['', 'touch', 'fault', 'check', 'lookup'] as const;

export class PageFault {
  stage: Stage = NO_ACCESS;
  vcpu = 0;
  gfn: Gfn = 0;
  kind: AccessKind = READ;
  pat = 0;
  /** The mode: C-bit set, or an instruction fetch. */
  isPrivate = false;
  /** Whether the guest validates the page on #VC. */
  ack = true;
  /** #NPF error code: P, RMP. */
  isPresent = false;
  isRmp = false;
  /** `slot`: there was one when the handling began. A slot that comes later waits for the fault (SRCU). */
  hasSlot = true;
  /** `mmu_seq`. */
  snapshot = 0;
  /** `changes` of the machine when the fault was taken. */
  changesBefore = 0;
  /** Which private page the fault found; 0: none. It holds a reference to it until it ends. */
  generation = 0;
  /** State of the page found, once it is gone from guest_memfd and held by faults alone; 0: it is not. */
  orphan = 0;
  /** The handling of this access assigned its page to the guest. */
  isNewlyAssigned = false;
  /** Faults that this access has taken. */
  taken = 0;
  /** The access started while nothing was in flight, and with the mode of the attribute. */
  startedQuiet = false;

  clear(): void {
    this.stage = NO_ACCESS;
    this.generation = 0;
    this.orphan = 0;
  }
}
