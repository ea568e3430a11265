/** What happened since the start of the scenario: one number a kind of event, pages for what is done to pages. */
import type { Counters } from '../contract/counters.js';

export class Counts {
  faults = 0;
  zapCalls = 0;
  zappedLeaves = 0;
  tlbFlushes = 0;
  retries = 0;
  spuriousFaults = 0;
  memoryFaultsPrivate = 0;
  memoryFaultsShared = 0;
  rmpFaults = 0;
  rmpUpdatesToPrivate = 0;
  rmpUpdatesToShared = 0;
  rmpLookups = 0;
  directMapUnmaps = 0;
  directMapMaps = 0;
  directMapSplits = 0;
  validationFaults = 0;
  pvalidates = 0;
  pagesAllocated = 0;
  pagesFreed = 0;
  pagesPrepared = 0;
  attributeStores = 0;
  attributeNoops = 0;
  warnings = 0;

  reset(): void {
    this.faults = this.zapCalls = this.zappedLeaves = this.tlbFlushes = this.retries = this.spuriousFaults = 0;
    this.memoryFaultsPrivate = this.memoryFaultsShared = this.rmpFaults = 0;
    this.rmpUpdatesToPrivate = this.rmpUpdatesToShared = this.rmpLookups = 0;
    this.directMapUnmaps = this.directMapMaps = this.directMapSplits = 0;
    this.validationFaults = this.pvalidates = this.pagesAllocated = this.pagesFreed = this.pagesPrepared = 0;
    this.attributeStores = this.attributeNoops = this.warnings = 0;
  }

  /** Of a guest without private memory. */
  ordinaryCounters(): Counters {
    return { faults: this.faults, zaps: 0, zappedLeaves: this.zappedLeaves, tlbFlushes: this.tlbFlushes };
  }

  /** A design that takes pages out of the direct map never splits it, and has no prepare hook. */
  privateMemoryCounters(splitsDirectMap: boolean, invalidations: number): Counters {
    const { pagesPrepared, directMapUnmaps, directMapMaps, directMapSplits, ...counts } = this;
    const own = splitsDirectMap
      ? { directMapSplits, pagesPrepared, pagesZeroed: pagesPrepared }
      : { directMapUnmaps, directMapMaps };
    return {
      ...this.ordinaryCounters(),
      rmpUpdates: counts.rmpUpdatesToPrivate + counts.rmpUpdatesToShared,
      memoryFaults: counts.memoryFaultsPrivate + counts.memoryFaultsShared,
      ...counts,
      invalidations,
      ...own,
    };
  }
}
