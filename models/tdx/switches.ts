/** What distinguishes the profiles: one named switch a knob, so that a variant is a switch and not a copy. */
export interface Switches {
  /**
   * True: a conversion zaps the leaves of the opposite type before it stores the attribute, and then ends the invalidation. False (RFC v8): it zaps
   * both EPTs after the stores. "KVM: Introduce per-page memory attributes" of Linux 6.8 is the first; patch 02/56 of RFC v8 the other.
   */
  readonly zapFirst: boolean;
  /** A conversion to the attributes that the range has already returns at once (merged; not RFC v8). */
  readonly earlyOutEqual: boolean;
  /**
   * Huge regions at the head and tail of a conversion that are not mixed yet join the invalidation.
   * Commit 9129633d568e "KVM: x86/mmu: Prevent installing hugepages when mem attributes are changing".
   */
  readonly headTailAdd: boolean;
  /** A fault compares access and attribute before it looks at the memslot (merged); RFC v8 in the other order (unverified). */
  readonly mismatchBeforeSlot: boolean;
  /** A fault asks for a running invalidation before it looks up the page too (6.8 and later), not only under the lock. */
  readonly stalePrecheck: boolean;
  /** Does an invalidation by the host (MMU notifier) leave private leaves alone? False: RFC v8 leaves it open. */
  readonly notifierSparesPrivate: boolean;
  /** Planted: a conversion flushes TLBs but removes no leaf. */
  readonly skipZap: boolean;
  /** Planted: a conversion announces no invalidation. */
  readonly noInvalidation: boolean;
}

export const MERGED: Switches = {
  zapFirst: true,
  earlyOutEqual: true,
  headTailAdd: true,
  mismatchBeforeSlot: true,
  stalePrecheck: true,
  notifierSparesPrivate: true,
  skipZap: false,
  noInvalidation: false,
};

export const RFC: Switches = {
  zapFirst: false,
  earlyOutEqual: false,
  headTailAdd: false,
  mismatchBeforeSlot: false,
  stalePrecheck: false,
  notifierSparesPrivate: false,
  skipZap: false,
  noInvalidation: false,
};
