/** What happened since the start of the scenario: one number a kind of event. */
import type { Counters } from '../contract/counters.js';

export class Counts {
  /** EPT violations that reached KVM. */
  fault = 0;
  zapCall = 0;
  zapLeaf = 0;
  tlbFlush = 0;
  /** TDH.MEM.TRACK: one a removed S-EPT page. */
  tdxTrack = 0;
  /** Ended invalidations. */
  invalidations = 0;
  /** S-EPT pages linked (TDH.MEM.SEPT.ADD). */
  septAdd = 0;
  /** TDH.MEM.PAGE.AUG, TDH.MEM.RANGE.BLOCK, TDH.MEM.PAGE.REMOVE, TDG.MEM.PAGE.ACCEPT. */
  aug = 0;
  block = 0;
  remove = 0;
  accept = 0;
  retry = 0;
  /** Those of `retry` that TDX 6.16 answers by a loop of its own. */
  retryLocal = 0;
  spurious = 0;
  exitFaultPrivate = 0;
  exitFaultShared = 0;
  /** Pages of guest_memfd. */
  alloc = 0;
  free = 0;
  zeroPage = 0;
  attrStores = 0;
  attrNoop = 0;
  /** A leaf with another pfn than the fault's. */
  warn = 0;

  reset(): void {
    this.fault = this.zapCall = this.zapLeaf = this.tlbFlush = this.tdxTrack = this.invalidations = 0;
    this.septAdd = this.aug = this.block = this.remove = this.accept = 0;
    this.retry = this.retryLocal = this.spurious = this.exitFaultPrivate = this.exitFaultShared = 0;
    this.alloc = this.free = this.zeroPage = this.attrStores = this.attrNoop = this.warn = 0;
  }
}

/** What every scenario counts. */
export function ordinaryCounters(counts: Counts): Counters {
  return {
    faults: counts.fault,
    zaps: 0,
    zappedLeaves: counts.zapLeaf,
    tlbFlushes: counts.tlbFlush,
    memoryFaults: counts.exitFaultPrivate + counts.exitFaultShared,
    retries: counts.retry,
  };
}

/** What private memory adds, by the names of the contract. */
export function privateMemoryCounters(counts: Counts): Counters {
  return {
    zapCalls: counts.zapCall,
    invalidations: counts.invalidations,
    spuriousFaults: counts.spurious,
    localRetries: counts.retryLocal,
    memoryFaultsPrivate: counts.exitFaultPrivate,
    memoryFaultsShared: counts.exitFaultShared,
    septAdds: counts.septAdd,
    septAugs: counts.aug,
    septBlocks: counts.block,
    septTracks: counts.tdxTrack,
    septRemoves: counts.remove,
    accepts: counts.accept,
    pagesAllocated: counts.alloc,
    pagesFreed: counts.free,
    pagesZeroed: counts.zeroPage,
    attributeStores: counts.attrStores,
    attributeNoops: counts.attrNoop,
    warnings: counts.warn,
  };
}
