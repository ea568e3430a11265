/** What the model counts, and how the contract names it. */
import type { Counters } from '../contract/counters.js';
import type { GuestMemory } from './guest-memory.js';

/** What the model counts. Non-negative integers, from the start of a scenario. */
export class Tally {
  faults = 0;
  zaps = 0;
  zappedLeaves = 0;
  tlbFlushes = 0;
  memoryFaults = 0;
  retries = 0;
  zapCalls = 0;
  spuriousFaults = 0;
  memoryFaultsPrivate = 0;
  attributeStores = 0;
  attributeNoops = 0;

  reset(): void {
    this.faults = this.zaps = this.zappedLeaves = this.tlbFlushes = this.memoryFaults = this.retries = 0;
    this.zapCalls = this.spuriousFaults = this.memoryFaultsPrivate = this.attributeStores = this.attributeNoops = 0;
  }
}

/** Of a VM without private memory too. */
export function ordinaryCounters({ tally }: GuestMemory): Counters {
  const { faults, zaps, zappedLeaves, tlbFlushes, memoryFaults, retries } = tally;
  return { faults, zaps, zappedLeaves, tlbFlushes, memoryFaults, retries };
}

/** guest_memfd clears each page that it allocates. */
export function privateMemoryCounters(memory: GuestMemory): Counters {
  const { zapCalls, spuriousFaults, memoryFaultsPrivate, attributeStores, attributeNoops, memoryFaults } = memory.tally;
  return {
    ...ordinaryCounters(memory),
    zapCalls,
    invalidations: memory.invalidation.ends,
    spuriousFaults,
    memoryFaultsPrivate,
    memoryFaultsShared: memoryFaults - memoryFaultsPrivate,
    pagesAllocated: memory.pages.allocated,
    pagesFreed: memory.pages.freed,
    pagesZeroed: memory.pages.allocated,
    attributeStores,
    attributeNoops,
  };
}
