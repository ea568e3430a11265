/** What happened since the start of the scenario: one number a kind of event. */
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
