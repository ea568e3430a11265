/** What the model counts. Non-negative integers, from the start of a scenario. */
export class Tally {
  faults = 0;
  zaps = 0;
  zappedLeaves = 0;
  tlbFlushes = 0;
  memoryFaults = 0;
  retries = 0;

  reset(): void {
    this.faults = this.zaps = this.zappedLeaves = this.tlbFlushes = this.memoryFaults = this.retries = 0;
  }
}
