/** Pinned cache attributes: what the call answers. Xen xen/arch/x86/hvm/mtrr.c, hvm_set_mem_pinned_cacheattr(). */
import type { Gfn } from '../contract/address.js';
import { UC, UC_MINUS, WC } from '../contract/memory-type.js';
import { EBUSY, EINVAL, ENOENT, ENOSPC, EPERM, type Observation, OK, plain, refused } from '../contract/observation.js';
import { PIN_NONE, type PinType } from '../contract/operation.js';
import { XEN_RULE as RULE } from './rules.js';

const LIMIT = 64;

interface Pin {
  readonly start: Gfn;
  readonly end: Gfn;
  readonly type: PinType;
}

export class XenPins {
  pins: readonly Pin[] = [];

  /** @param lastFrame frames above it are not of the host @param allowsUncached the domain has an IOMMU or may flush caches */
  set(start: Gfn, pages: number, type: PinType, lastFrame: Gfn, allowsUncached: boolean): Observation {
    const end = start + pages - 1;
    if (end > lastFrame) return refused(EINVAL, RULE.xenPinRefused);
    const others = this.pins.filter((pin) => pin.start !== start || pin.end !== end);
    const isKnown = others.length < this.pins.length;
    if (type === PIN_NONE && !isKnown) return refused(ENOENT, RULE.xenPinRefused);
    if (type !== PIN_NONE) {
      if (!allowsUncached && (type === UC || type === UC_MINUS || type === WC)) return refused(EPERM, RULE.xenPinRefused);
      if (!isKnown && others.some((pin) => pin.start <= end && pin.end >= start)) return refused(EBUSY, RULE.xenPinRefused);
      if (!isKnown && others.length >= LIMIT) return refused(ENOSPC, RULE.xenPinRefused);
    }
    this.pins = type === PIN_NONE ? others : [...others, { start, end, type }].sort((one, other) => one.start - other.start);
    return plain(OK, RULE.xenPinned);
  }
}
