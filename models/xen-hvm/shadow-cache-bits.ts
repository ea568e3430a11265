/** Which host PAT type a level-1 shadow entry selects. */
import { UC, WB } from '../contract/memory-type.js';
import { COMBINE, compiled, ENCODING, type MtrrName, type PatName } from './memory-type-tables.js';
import { NOT_PINNED, type PinnedRanges } from './pinned-ranges.js';
import type { Region } from './region.js';
import { RULE, UNPAGED_SHADOW_DIRECT_MMIO } from './rules.js';
import type { ShadowSwitches } from './switches.js';

/**
 * Xen xen/arch/x86/hvm/mtrr.c, `hvm_mtrr_pat_init()`: the PAT type that makes a wanted type of a host MTRR type. Where several do, Xen
 * keeps the highest-numbered; where none does, `get_pat_flags()` takes UC.
 */
export const INVERSE: Readonly<Record<MtrrName, Readonly<Partial<Record<MtrrName, PatName>>>>> = {
  // host MTRR: { wanted: PAT }
  UC: { UC: 'UC-', WC: 'WC' },
  WC: { UC: 'WP', WC: 'UC-' },
  WT: { UC: 'UC-', WC: 'WC', WT: 'WB', WP: 'WP' },
  WP: { UC: 'UC', WC: 'UC-', WT: 'WT', WP: 'WB' },
  WB: { UC: 'UC-', WC: 'WC', WT: 'WT', WP: 'WP', WB: 'WB' },
};

const COMBINED = compiled(COMBINE);
/** `[host MTRR << 3 | wanted]`; UC where there is none. */
const INVERTED = new Uint8Array(64);
for (const [host, wanted] of Object.entries(INVERSE)) {
  for (const [type, pat] of Object.entries(wanted)) {
    INVERTED[(ENCODING[host as MtrrName] << 3) | ENCODING[type as MtrrName]] = ENCODING[pat];
  }
}

/** A shadow entry: the host PAT type in bits 2:0, the rule that chose it above. */
export type ShadowEntry = number;
const entryOf = (type: number, rule: number): ShadowEntry => type | (rule << 3);

const READ_ONLY = entryOf(UC, RULE.shadowMmioReadOnly);
const UC_MODE = entryOf(UC, RULE.shadowUcMode);
// No bits select entry 0 of `XEN_MSR_PAT`.
const SPECIAL = entryOf(WB, RULE.shadowSpecialPage);
const DOM_IO = entryOf(WB, RULE.shadowDomIoPage);
const NO_CAPABILITY = entryOf(WB, RULE.shadowNoCapability);

export class ShadowCacheBits {
  private readonly domIoPassesForSpecial: boolean;
  /** `is_in_uc_mode` of the domain. */
  isInUcMode = false;

  constructor(
    switches: ShadowSwitches,
    private readonly pins: PinnedRanges,
  ) {
    this.domIoPassesForSpecial = switches.domIoPassesForSpecial;
  }

  /**
   * Xen xen/arch/x86/mm/shadow/multi.c, `_sh_propagate()`, the cache bits of a level-1 entry. The bits of read-only MMIO come last there and
   * override the others. RAM of a domU is never in its iomem_caps, so that neither snoop control nor guest MTRRs matter.
   * @param guestPat PAT type that the guest's entry selects.
   * @param isPaging the guest's CR0.PG.
   * @param holdsIoMemory the domain's iomem_caps hold its direct MMIO.
   */
  entry(region: Region, gfn: number, guestPat: number, isPaging: boolean, holdsIoMemory: boolean): ShadowEntry {
    if (region.isReadOnlyMmio) return READ_ONLY;
    if (region.isDirectMmio) {
      // Pages of dom_io that have a frame table entry.
      if (this.domIoPassesForSpecial && region.hasValidMfn) return DOM_IO;
    } else {
      if (region.specialFrames(gfn, 1) === 1) return SPECIAL;
      const pinned = this.pins.at(this.pins.time, gfn, 1);
      if (pinned !== NOT_PINNED) return entryOf(pinned, RULE.shadowPinnedRange);
    }
    if (this.isInUcMode) return UC_MODE;
    if (!region.isDirectMmio || !holdsIoMemory) return NO_CAPABILITY;
    const rule = isPaging ? RULE.shadowDirectMmio : UNPAGED_SHADOW_DIRECT_MMIO;
    return entryOf(patFlags(UC, guestPat, region.hostMtrr), rule);
  }
}

/** Xen xen/arch/x86/hvm/mtrr.c, `get_pat_flags()`: the host PAT type that gives what guest MTRR and PAT type ask for. */
export function patFlags(guestMtrr: number, guestPat: number, hostMtrr: number): number {
  const wanted = COMBINED[(guestMtrr << 3) | guestPat];
  return INVERTED[(hostMtrr << 3) | wanted];
}
