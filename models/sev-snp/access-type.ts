/** The memory type of an access that a leaf serves. */
import type { Level, NO_LEVEL } from '../contract/address.js';
import { CD, type EffectiveType, UC, WB } from '../contract/memory-type.js';
import { leafWord, type Observation, type PageKind, typedPage } from '../contract/observation.js';
import type { GuestRegisters } from './guest-registers.js';
import { cellType, nestedCell } from './nested-memory-type.js';
import { CELL_RULE, RULE, UNPAGED_CELL_RULE } from './rules.js';

/** Every nested leaf selects entry 0 of the host PAT, which is WB. */
const LEAF = leafWord(WB, false);

/**
 * @param pat index of the guest's leaf entry into its PAT, 0 to 7.
 * @param pageRule rule by which this page serves the access at all; 0: nothing special, so the memory type's rule decides.
 */
export function accessType(
  registers: GuestRegisters,
  vcpu: number,
  pat: number,
  hostMtrr: number,
  level: Level | typeof NO_LEVEL,
  page: PageKind,
  pageRule: number,
): Observation {
  if (registers.isCachingOff(vcpu)) {
    const type: EffectiveType = hostMtrr === UC ? UC : CD;
    return typedPage(type, level, LEAF, page, pageRule || (hostMtrr === UC ? RULE.cachingOffUncacheable : RULE.cachingOff));
  }
  const isPaging = registers.isPaging(vcpu);
  const cell = nestedCell(isPaging ? registers.patType(vcpu, pat) : WB, hostMtrr);
  const rule = pageRule || (isPaging ? CELL_RULE : UNPAGED_CELL_RULE)[cell];
  return typedPage(cellType(cell), level, LEAF, page, rule);
}
