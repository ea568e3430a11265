/** What the model counts: non-negative integers, from the start of a scenario. */
import type { Counters } from '../contract/counters.js';

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

  /** Of a VM without private memory too. */
  ordinaryCounters(): Counters {
    const { faults, zaps, zappedLeaves, tlbFlushes, memoryFaults, retries } = this;
    return { faults, zaps, zappedLeaves, tlbFlushes, memoryFaults, retries };
  }
}
