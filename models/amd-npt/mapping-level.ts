/** The level of a new leaf: Linux v4.12 arch/x86/kvm/mmu.c, tdp_page_fault(), check_hugepage_cache_consistency(). */
import { LEVEL_2M, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import type { GuestMtrrs } from './guest-mtrrs.js';
import { type Consistency, CRASH, INCONSISTENT, rangeConsistency } from './range-consistency.js';

/** In place of a level: the check crashes the host. */
export const HOST_CRASHES = 0;

/**
 * The host's level, lowered where MTRRs of the faulting vCPU give a block more than one type; HOST_CRASHES where the check does not return.
 * Applied without non-coherent DMA and on NPT too.
 */
export function mappingLevel(mtrrs: GuestMtrrs, vcpu: number, gfn: number, hostLevel: Level, stale: boolean): Level | 0 {
  const of2m = blockConsistency(mtrrs, vcpu, gfn, LEVEL_2M, stale);
  if (of2m === CRASH) return HOST_CRASHES;
  if (of2m === INCONSISTENT) return LEVEL_4K;
  if (hostLevel <= LEVEL_2M) return hostLevel;
  const ofBlock = blockConsistency(mtrrs, vcpu, gfn, hostLevel, stale);
  if (ofBlock === CRASH) return HOST_CRASHES;
  return ofBlock === INCONSISTENT ? LEVEL_2M : hostLevel;
}

function blockConsistency(mtrrs: GuestMtrrs, vcpu: number, gfn: number, level: Level, stale: boolean): Consistency {
  const pages = LEVEL_PAGES[level];
  return rangeConsistency(mtrrs, vcpu, gfn - (gfn % pages), pages, stale);
}
