/** Which memory type an EPT leaf gets. */
import { UC, UC_MINUS, WB } from '../contract/memory-type.js';
import { EMT_INVALID, type Entry, emtOf, entryHonouringPat, entryIgnoringPat, entryOf, ignoresPat } from './ept-entry.js';
import { compiled, MERGE } from './memory-type-tables.js';
import { mtrrType, SPLIT } from './mtrr-lookup.js';
import type { MtrrState } from './mtrr-state.js';
import { NOT_PINNED, PARTLY_PINNED, type PinnedRanges } from './pinned-ranges.js';
import type { Region } from './region.js';
import { RULE } from './rules.js';
import type { EmtSwitches } from './switches.js';

const MERGED = compiled(MERGE);

const READ_ONLY_MMIO = entryIgnoringPat(UC, RULE.mmioReadOnly);
const DIRECT_MMIO_FIRST = entryHonouringPat(UC, RULE.directMmioFirst);
const DIRECT_MMIO = entryHonouringPat(UC, RULE.directMmio);
const INVALID_MFN = entryIgnoringPat(UC, RULE.invalidMfn);
const PLAIN_DOMAIN = entryIgnoringPat(WB, RULE.noIommuNoResources);
const SPECIAL_FIRST_FRAME = entryIgnoringPat(WB, RULE.specialFirstFrame);
const SPECIAL_PAGE = entryIgnoringPat(WB, RULE.specialPageIpat);
const SPECIAL_SUPERPAGE = entryIgnoringPat(WB, RULE.specialSuperpageIpat);
const GRANT_OR_FOREIGN = entryIgnoringPat(WB, RULE.grantOrForeignIpat);
const PINNED = RULE.pinnedRange;
const HOST_NARROWS = RULE.hostMtrrNarrows;
const CONFLICT = RULE.mtrrTypesConflict;

/** No answer yet: the statement does not apply. */
const UNDECIDED = -1;

export class EmtDecision {
  private readonly specialPages: EmtSwitches['specialPages'];
  private readonly directMmioFirst: boolean;
  private readonly invalidMfnIsUncached: boolean;
  private readonly grantIsWriteBack: boolean;
  private readonly ipat: boolean;

  constructor(
    switches: EmtSwitches,
    private readonly pins: PinnedRanges,
  ) {
    this.specialPages = switches.specialPages;
    this.directMmioFirst = switches.directMmioFirst;
    this.invalidMfnIsUncached = switches.invalidMfnIsUncached;
    this.grantIsWriteBack = switches.grantIsWriteBack;
    this.ipat = switches.ipat;
  }

  /**
   * Xen xen/arch/x86/mm/p2m-ept.c, `epte_get_entry_emt()` (hvm/mtrr.c before ed464d4e8a). Statements in its order. `emt` EMT_INVALID: split.
   * @param gfn first frame of the leaf.
   * @param order log2 of its frames: 0, 9 or 18.
   * @param mtrrs those of the vCPU that it is computed for.
   * @param time that of the pinned ranges.
   * @param isPlain the domain has neither IOMMU nor `cache_flush_permitted()`.
   */
  entry(region: Region, gfn: number, order: number, mtrrs: MtrrState, time: number, isPlain: boolean): Entry {
    const entry = this.decided(region, gfn, order, mtrrs, time, isPlain);
    return this.ipat || !ignoresPat(entry) ? entry : entryHonouringPat(emtOf(entry), RULE.withoutIpat);
  }

  private decided(region: Region, gfn: number, order: number, mtrrs: MtrrState, time: number, isPlain: boolean): Entry {
    if (region.isReadOnlyMmio) return READ_ONLY_MMIO;
    if (this.directMmioFirst && region.isDirectMmio) return DIRECT_MMIO_FIRST;
    if (this.invalidMfnIsUncached && !region.hasValidMfn) return INVALID_MFN;
    if (isPlain && !region.isDirectMmio) return PLAIN_DOMAIN;
    const special = this.specialEntry(region, gfn, order);
    if (special !== UNDECIDED) return special;
    if (region.isDirectMmio) return DIRECT_MMIO;
    if (this.grantIsWriteBack && region.isGrantOrForeign) return GRANT_OR_FOREIGN;
    const pinned = this.pins.at(time, gfn, 1 << order);
    if (pinned === PARTLY_PINNED) return EMT_INVALID;
    if (pinned !== NOT_PINNED) return entryIgnoringPat(pinned === UC_MINUS ? UC : pinned, PINNED);
    const guest = mtrrType(mtrrs, gfn, order);
    return guest === SPLIT ? EMT_INVALID : mergedEntry(guest, region.hostMtrr);
  }

  private specialEntry(region: Region, gfn: number, order: number): Entry {
    if (region.specialStart === region.specialEnd) return UNDECIDED;
    switch (this.specialPages) {
      case 'by-first-frame':
        return region.specialFrames(gfn, 1) === 1 ? SPECIAL_FIRST_FRAME : UNDECIDED;
      case 'break-superpages':
        if (region.specialFrames(gfn, 1 << order) === 0) return UNDECIDED;
        return order > 0 ? EMT_INVALID : SPECIAL_PAGE;
      case 'by-count': {
        const count = region.specialFrames(gfn, 1 << order);
        if (count === 0) return UNDECIDED;
        if (count < 1 << order) return EMT_INVALID;
        return order > 0 ? SPECIAL_SUPERPAGE : SPECIAL_PAGE;
      }
      default:
        return UNDECIDED;
    }
  }
}

/** The stricter of the guest's and the host's type; the host's is the same for all of a region, as the scenario format says. */
function mergedEntry(guest: number, host: number): Entry {
  const guestType = guest & 7;
  const merged = MERGED[(guestType << 3) | host];
  if (merged === guestType) return entryOf(guest);
  return entryHonouringPat(merged, merged === host ? HOST_NARROWS : CONFLICT);
}
