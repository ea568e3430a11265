/** What changed between the versions of Xen, axis by axis. A profile takes one value of each axis; nothing else knows of versions. */

/** How `epte_get_entry_emt()` treats special pages: Xen-heap pages and pages allocated with MEMF_no_refcount. */
export const SPECIAL_IGNORED = 0;
/** "x86/hvm: set 'ipat' in EPT for special pages", v1 of July 2020: only the first MFN is looked at, whatever the order. */
export const SPECIAL_BY_FIRST_FRAME = 1;
/** ca24b2ffdb: any special page breaks a superpage up, also when all of it is special. */
export const SPECIAL_BREAKS_SUPERPAGES = 2;
/** 60d1adfa18: a superpage that is special as a whole stays one. */
export const SPECIAL_BY_COUNT = 3;
export type SpecialPages = 0 | 1 | 2 | 3;

/** The decision on an EPT leaf, `epte_get_entry_emt()`. */
export interface EmtHistory {
  readonly specialPages: SpecialPages;
  /** Until 81fd0d3ca4: p2m_mmio_direct is decided before the validity of the MFN and before special pages. */
  readonly directMmioFirst: boolean;
  /** Until 4fdd8d7556: an MFN without a frame table entry is UC with ipat. */
  readonly invalidMfnIsUncached: boolean;
  /** From 8af4b47f06: p2m_grant_map_rw, p2m_grant_map_ro and p2m_map_foreign are WB with ipat. */
  readonly grantIsWriteBack: boolean;
}

/** When `memory_type_changed()` runs and what it does. */
export interface InvalidationHistory {
  /** From 2d779cabdd: only cache_flush_permitted() opens the gate; before (f3d880bf2b), is_iommu_enabled() did as well. */
  readonly gateIgnoresIommu: boolean;
  /** From 2d779cabdd: caches are flushed only without usable self-snoop, or behind an IOMMU without snoop control. */
  readonly flushSparesSelfSnoop: boolean;
  /** From 8333e358e4: an assigned PCI device makes cache_flush_permitted() true. */
  readonly devicePermitsFlush: boolean;
  /** From c4e5cc2ccc: a permission domctl counts only if it changed cache_flush_permitted() of a domain without IOMMU. */
  readonly onlyFirstGrantCounts: boolean;
  /** From 50bbacacb8: nothing is flushed where the p2m has no hook for it (NPT, shadow). */
  readonly needsP2mHook: boolean;
}

/** `hvm_set_mem_pinned_cacheattr()`. */
export interface PinHistory {
  /** d484dcca79: at most this many ranges; 0 is no limit. */
  readonly limit: number;
  /** From ab2d47eb13: a range replaced in place, -EBUSY and -ENOSPC have the effects of a new range. */
  readonly everyOutcomeCounts: boolean;
  /** From d63b2c60f7: UC, UC- and WC need an IOMMU or cache_flush_permitted(), and effects that flush go by memory_type_changed(). */
  readonly uncachableNeedsPermission: boolean;
}

/** The choice of cache bits in `_sh_propagate()`. */
export interface ShadowHistory {
  /** Until 1d99732f2b: a page of dom_io with a frame table entry passes for a special page and gets no bits. */
  readonly domIoPassesForSpecial: boolean;
}

// The decision. Named after the release or commit that it first holds for.
export const EMT_4_9: EmtHistory = {
  specialPages: SPECIAL_IGNORED,
  directMmioFirst: true,
  invalidMfnIsUncached: true,
  grantIsWriteBack: false,
};
export const EMT_SPECIAL_V1: EmtHistory = { ...EMT_4_9, specialPages: SPECIAL_BY_FIRST_FRAME };
export const EMT_CA24B2FFDB: EmtHistory = { ...EMT_4_9, specialPages: SPECIAL_BREAKS_SUPERPAGES };
export const EMT_4_15: EmtHistory = { ...EMT_CA24B2FFDB, directMmioFirst: false };
export const EMT_4_16: EmtHistory = { ...EMT_4_15, grantIsWriteBack: true };
export const EMT_4_17: EmtHistory = { ...EMT_4_16, specialPages: SPECIAL_BY_COUNT };
export const EMT_4_19: EmtHistory = { ...EMT_4_17, invalidMfnIsUncached: false };

// Invalidation.
export const INVALIDATION_4_13: InvalidationHistory = {
  gateIgnoresIommu: false,
  flushSparesSelfSnoop: false,
  devicePermitsFlush: false,
  onlyFirstGrantCounts: false,
  needsP2mHook: false,
};
export const INVALIDATION_4_17: InvalidationHistory = { ...INVALIDATION_4_13, onlyFirstGrantCounts: true };
export const INVALIDATION_4_21: InvalidationHistory = {
  ...INVALIDATION_4_17,
  gateIgnoresIommu: true,
  flushSparesSelfSnoop: true,
  devicePermitsFlush: true,
  needsP2mHook: true,
};

// Pinned ranges.
export const PINS_4_7: PinHistory = { limit: 0, everyOutcomeCounts: false, uncachableNeedsPermission: false };
/** d484dcca79 and ab2d47eb13 came with the same releases. */
export const PINS_4_18: PinHistory = { ...PINS_4_7, limit: 64, everyOutcomeCounts: true };
export const PINS_4_21: PinHistory = { ...PINS_4_18, uncachableNeedsPermission: true };

// Shadow.
export const SHADOW_4_14: ShadowHistory = { domIoPassesForSpecial: true };
export const SHADOW_4_18: ShadowHistory = { domIoPassesForSpecial: false };

// Widest guest MAXPHYADDR, in bits.
/** Until 4.15 the host's width is the only limit of a HAP guest. */
export const WIDTH_OF_HOST = 52;
/** From 4.16: four levels of EPT or NPT. */
export const WIDTH_OF_FOUR_LEVELS = 48;
/** Without CONFIG_BIGMEM a shadowed superpage keeps its gfn in 32 bits. */
export const WIDTH_OF_SHADOW = 44;
