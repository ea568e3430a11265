/** In what the versions of Xen differ, axis by axis. */
import { choice, type SwitchesOf, type SwitchTexts, toggle } from '../contract/switch.js';

/** The decision on an EPT leaf, `epte_get_entry_emt()`. Special pages: Xen-heap pages and pages allocated with MEMF_no_refcount. */
const EMT = {
  specialPages: choice(
    'How special pages are treated. `by-first-frame`: only the first MFN is looked at, whatever the order. `break-superpages`: any special page breaks a superpage up, also when all of it is special. `by-count`: a superpage that is special as a whole stays one.',
    'ignored',
    'by-first-frame',
    'break-superpages',
    'by-count',
  ),
  directMmioFirst: toggle('p2m_mmio_direct is decided before the validity of the MFN and before special pages.'),
  invalidMfnIsUncached: toggle('An MFN without a frame table entry is UC with ipat.'),
  ipat: toggle('An entry that is to ignore the guest PAT has ipat; where it is off the entry keeps its type and honours the PAT.'),
  grantIsWriteBack: toggle('p2m_grant_map_rw, p2m_grant_map_ro and p2m_map_foreign are WB with ipat.'),
} as const satisfies SwitchTexts;

/** What is alike for every kind of paging. */
const DOMAIN = {
  // When memory_type_changed() runs and what it does.
  gateIgnoresIommu: toggle('Only cache_flush_permitted() opens its gate, is_iommu_enabled() does not.'),
  flushSparesSelfSnoop: toggle('Caches are flushed only without usable self-snoop, or behind an IOMMU without snoop control.'),
  devicePermitsFlush: toggle('An assigned PCI device makes cache_flush_permitted() true.'),
  onlyFirstGrantCounts: toggle('A permission domctl counts only if it changed cache_flush_permitted() of a domain without IOMMU.'),
  needsP2mHook: toggle('Nothing is flushed where the p2m has no hook for it (NPT, shadow).'),
  // hvm_set_mem_pinned_cacheattr().
  limitsPins: toggle('A domain has at most 64 pinned ranges.'),
  everyPinOutcomeCounts: toggle('A range replaced in place, -EBUSY and -ENOSPC have the effects of a new range.'),
  uncachablePinNeedsPermission: toggle(
    'UC, UC- and WC need an IOMMU or cache_flush_permitted(), and effects that flush go by memory_type_changed().',
  ),
  width: choice(
    "Widest guest MAXPHYADDR: the host's, 48 bits by four levels of EPT or NPT, or 44 bits, as without CONFIG_BIGMEM a shadowed superpage keeps its gfn in 32 bits.",
    'of-host',
    'of-four-levels',
    'of-shadow',
  ),
} as const satisfies SwitchTexts;

export const EPT_SWITCHES = { ...EMT, ...DOMAIN } as const;
export const NPT_SWITCHES = DOMAIN;
export const SHADOW_SWITCHES = {
  domIoPassesForSpecial: toggle('A page of dom_io with a frame table entry passes for a special page and gets no cache bits.'),
  ...DOMAIN,
} as const;

export type EmtSwitches = SwitchesOf<typeof EMT>;
export type DomainSwitches = SwitchesOf<typeof DOMAIN>;
export type EptSwitches = SwitchesOf<typeof EPT_SWITCHES>;
export type ShadowSwitches = SwitchesOf<typeof SHADOW_SWITCHES>;
