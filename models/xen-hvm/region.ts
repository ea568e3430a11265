/**
 * A range of guest frames with one backing, as the p2m sees it. `born`, `bornMtrrs` and `bornInputs` belong to the optimisation that ept-p2m.ts
 * describes, and are no part of Xen.
 */
import type { Level } from '../contract/address.js';
import { LEVEL_1G, LEVEL_2M, LEVEL_4K } from '../contract/address.js';
import { type Backing, DEVICE, DEVICE_RO, DEVICE_WC, FOREIGN, GRANT, RAM, RESERVED, SPECIAL } from '../contract/machine.js';
import { type RegisterType, WB } from '../contract/memory-type.js';

/** Frames of a superpage. */
export const MEGA_PAGES = 0x200;
export const GIGA_PAGES = 0x40000;
const GIGA_OFFSET = GIGA_PAGES - 1;
const MEGA_OFFSET = MEGA_PAGES - 1;

/** Xen maps pages of other domains and of mmio_ro_ranges by 4K and other direct MMIO by at most 2M. */
function largestLevel(backing: Backing, level: Level): Level {
  if (backing === GRANT || backing === FOREIGN || backing === DEVICE_RO) return LEVEL_4K;
  const isMmio = backing === RESERVED || backing === DEVICE || backing === DEVICE_WC;
  return isMmio && level > LEVEL_2M ? LEVEL_2M : level;
}

export class Region {
  start = 0;
  /** First frame after the region. */
  end = 0;
  backing: Backing = RAM;
  /** Largest mapping that Xen makes here. */
  level: Level = LEVEL_4K;
  hostMtrr: RegisterType = WB;
  /** Special pages of the hypervisor among the frames: from, and first after. */
  specialStart = 0;
  specialEnd = 0;
  /** `p2m_mmio_direct`. */
  isDirectMmio = false;
  /** `p2m_grant_map_rw` or `p2m_map_foreign`. */
  isGrantOrForeign = false;
  /** The MFNs have frame table entries: `mfn_valid()`. */
  hasValidMfn = true;
  /** The MFNs are in `mmio_ro_ranges`. */
  isReadOnlyMmio = false;

  /** Bounds at the time of population: the superpages of a region that lost its neighbours lie within these. */
  private mappedStart = 0;
  private mappedEnd = 0;
  /** Event of its population, and what its entries were computed from: see `EptP2m`. */
  born = 0;
  bornMtrrs = 0;
  bornInputs = 0;

  place(start: number, end: number, backing: Backing, level: Level, hostMtrr: RegisterType): void {
    this.start = start;
    this.end = end;
    this.backing = backing;
    this.level = largestLevel(backing, level);
    this.hostMtrr = hostMtrr;
    this.isReadOnlyMmio = backing === DEVICE_RO;
    this.isDirectMmio = backing === RESERVED || backing === DEVICE || backing === DEVICE_WC || backing === DEVICE_RO;
    this.isGrantOrForeign = backing === GRANT || backing === FOREIGN;
    this.hasValidMfn = !this.isDirectMmio || backing === RESERVED;
    this.specialStart = backing === SPECIAL ? start : 0;
    this.specialEnd = backing === SPECIAL ? end : 0;
  }

  /** Mapped anew, in the largest aligned pages inside it. */
  populate(event: number): void {
    this.mappedStart = this.start;
    this.mappedEnd = this.end;
    this.born = event;
  }

  /** What is left of `other` between two frames: its mappings are those that it was populated with. */
  remain(other: Region, start: number, end: number): void {
    this.place(start, end, other.backing, other.level, other.hostMtrr);
    this.specialStart = Math.max(other.specialStart, start);
    this.specialEnd = Math.max(this.specialStart, Math.min(other.specialEnd, end));
    this.mappedStart = other.mappedStart;
    this.mappedEnd = other.mappedEnd;
    this.born = other.born;
    this.bornMtrrs = other.bornMtrrs;
    this.bornInputs = other.bornInputs;
  }

  /** Level at which the frame was mapped when the region was populated. */
  populatedLevel(gfn: number): Level {
    if (this.level === LEVEL_1G) {
      const base = gfn - (gfn & GIGA_OFFSET);
      if (base >= this.mappedStart && base + GIGA_PAGES <= this.mappedEnd) return LEVEL_1G;
    }
    if (this.level >= LEVEL_2M) {
      const base = gfn - (gfn & MEGA_OFFSET);
      if (base >= this.mappedStart && base + MEGA_PAGES <= this.mappedEnd) return LEVEL_2M;
    }
    return LEVEL_4K;
  }

  /** Special pages among some frames of the region. */
  specialFrames(gfn: number, pages: number): number {
    if (this.specialStart === this.specialEnd) return 0;
    return Math.max(0, Math.min(this.specialEnd, gfn + pages) - Math.max(this.specialStart, gfn));
  }
}
