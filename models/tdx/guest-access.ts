/** One access of a vCPU, in flight or paused. Reused: one object a vCPU. Its kind does not matter: every leaf permits all that a TD may do. */
import { type AccessPause, NO_PAUSE } from '../contract/operation.js';

export class GuestAccess {
  gfn = 0;
  /** Index into PAT. */
  pat = 0;
  isPrivate = false;
  /** Does the guest accept a pending page that it touches? */
  ack = true;
  /** Where it stands, or NO_PAUSE if it is not paused. */
  pausedAt: AccessPause = NO_PAUSE;
  /** The hardware fault was a touch of a pending page. */
  isPendingViolation = false;
  /** Its EPT violations so far. */
  faults = 0;
  /** Of its fault: mmu_seq, and the page that it holds (private ones only; 0: none). */
  snapshot = 0;
  heldPfn = 0;
  /** Invalidations that had ended when the snapshot was taken, for judging. */
  endsSeen = 0;

  constructor(readonly vcpu: number) {}

  start(gfn: number, pat: number, isPrivate: boolean, ack: boolean): void {
    this.gfn = gfn;
    this.pat = pat;
    this.isPrivate = isPrivate;
    this.ack = ack;
    this.reset();
  }

  reset(): void {
    this.pausedAt = NO_PAUSE;
    this.isPendingViolation = false;
    this.faults = 0;
    this.snapshot = 0;
    this.heldPfn = 0;
    this.endsSeen = 0;
  }
}
