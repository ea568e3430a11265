/** The switches in which the designs differ. A profile is one setting of them; a variant turns one more. */

/**
 * Where the hypervisor runs RMPUPDATE for a conversion. `after-unlock`: in a hook after mmu_lock is dropped (RFC v8 02/56, as posted).
 * `under-lock`: in a callback under mmu_lock (I. Yamahata's and M. Roth's answers to it). `at-fault`: when the page is first faulted
 * in (Z. Wang's answer, and what Linux 6.11 merged).
 */
export type RmpUpdatePlace = 'after-unlock' | 'under-lock' | 'at-fault';

/**
 * What happens to the host's direct map. `with-update`: unmapped just before RMPUPDATE to private, mapped just after RMPUPDATE to
 * shared. `around-lock`: unmapped in a hook before, mapped in a hook after the conversion took mmu_lock (M. Roth's proposal).
 * `split-only`: never unmapped, split to 4K before an RMPUPDATE (Linux 6.11).
 */
export type DirectMapHandling = 'with-update' | 'around-lock' | 'split-only';

/** What the hook run on freed private pages goes by. */
export type FreeHook = 'by-attribute' | 'by-rmp';

export interface Configuration {
  readonly rmpUpdate: RmpUpdatePlace;
  readonly directMap: DirectMapHandling;
  readonly freeHook: FreeHook;
  /** Leaves go before the attributes are stored (Linux 6.8 `kvm_vm_set_mem_attributes()`), not after (the RFCs). */
  readonly zapsBeforeStores: boolean;
  /** A conversion to what every page already is returns at once (Linux 6.8). */
  readonly returnsEarlyWhenEqual: boolean;
  /** The fault compares the sequence count before it looks up the page as well (Linux 6.8, `mmu_invalidate_retry_gfn_unsafe()`). */
  readonly prechecksStaleness: boolean;
  /** The fault looks for a slot before it compares access and attribute (RFC v8; unverified). */
  readonly slotBeforeAttribute: boolean;
  /** The RMP fault handler looks the page up itself, and so may allocate and prepare it (Linux 6.11 `sev_handle_rmp_fault()`). */
  readonly rmpHandlerLooksUp: boolean;
  /**
   * Neighbours in the first and last huge-page block of a conversion retry while it runs (commit 9129633d568e). Absent from Linux
   * 6.11; variant `+head-tail`.
   */
  readonly headTailAdd: boolean;
  /** Variant `+skip-zap`: a conversion flushes TLBs but leaves the mappings (the question of the thread on RFC v8 02/56). */
  readonly skipZap: boolean;
  /** Variant `+no-invalidation`: no invalidation is announced to the faults that run meanwhile. */
  readonly noInvalidation: boolean;
  /** Variant `+update-fails`: RMPUPDATE fails on the second page of each conversion to private. */
  readonly secondUpdateFails: boolean;
  /** Variant `+dm-restore-bug`: the helper that unmaps a page falls through into mapping it again (RFC v8 15/56 as posted). */
  readonly directMapRestoreBug: boolean;
  /** Variant `+update-on-shared-fault`: a fault of a shared access takes the private page of the frame out of the RMP. */
  readonly updateOnSharedFault: boolean;
  /** 4K frames in a 2M block: 512; a power of two. A 1G block has this many 2M blocks. Tests on small machines set 4. */
  readonly pagesOf2M: number;
}

const RFC: Configuration = {
  rmpUpdate: 'after-unlock',
  directMap: 'with-update',
  freeHook: 'by-rmp',
  zapsBeforeStores: false,
  returnsEarlyWhenEqual: false,
  prechecksStaleness: false,
  slotBeforeAttribute: true,
  rmpHandlerLooksUp: false,
  headTailAdd: false,
  skipZap: false,
  noInvalidation: false,
  secondUpdateFails: false,
  directMapRestoreBug: false,
  updateOnSharedFault: false,
  pagesOf2M: 512,
};

/** RFC v8 as posted in February 2023. */
export const RFC_V8: Configuration = { ...RFC, freeHook: 'by-attribute' };
/** I. Yamahata's proposal: the vendor callback at the end of `kvm_arch_set_memory_attributes()`, under mmu_lock. */
export const IN_LOCK: Configuration = { ...RFC, rmpUpdate: 'under-lock' };
/** Z. Wang's proposal: no attribute hook, RMPUPDATE when the page is faulted in. */
export const DEFERRED: Configuration = { ...RFC, rmpUpdate: 'at-fault' };
/** M. Roth's proposal: direct map hooks before and after, RMPUPDATE under mmu_lock. */
export const PRE_POST: Configuration = { ...RFC, rmpUpdate: 'under-lock', directMap: 'around-lock' };
/** Linux 6.11 as merged. */
export const MERGED: Configuration = {
  ...RFC,
  rmpUpdate: 'at-fault',
  directMap: 'split-only',
  zapsBeforeStores: true,
  returnsEarlyWhenEqual: true,
  prechecksStaleness: true,
  slotBeforeAttribute: false,
  rmpHandlerLooksUp: true,
};
