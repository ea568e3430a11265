/**
 * The bookkeeping by which a fault notices an invalidation: how many are open, the interval they cover, how many ended.
 * Linux v6.8 virt/kvm/kvm_main.c: kvm_mmu_invalidate_begin(), kvm_mmu_invalidate_range_add(), kvm_mmu_invalidate_end().
 */
export class Invalidation {
  /** mmu_invalidate_in_progress */
  inProgress = 0;
  /** mmu_invalidate_seq: the number of ends. */
  sequence = 0;
  /** How many ended, counted beside the sequence: what it is judged by. */
  ends = 0;
  /** mmu_invalidate_range_start and _end; empty while start >= end. */
  start = 0;
  end = 0;

  reset(): void {
    this.inProgress = this.sequence = this.ends = this.start = this.end = 0;
  }

  begin(): void {
    this.inProgress++;
    // The interval only shrinks here: nested invalidations share one, false positives are intended.
    if (this.inProgress === 1) this.start = this.end = 0;
  }

  add(start: number, end: number): void {
    const isEmpty = this.start >= this.end;
    this.start = isEmpty ? start : Math.min(this.start, start);
    this.end = isEmpty ? end : Math.max(this.end, end);
  }

  finish(): void {
    this.sequence++;
    this.ends++;
    this.inProgress--;
  }

  covers(gfn: number): boolean {
    return this.inProgress > 0 && gfn >= this.start && gfn < this.end;
  }

  /** mmu_invalidate_retry_gfn(). The sequence is global: an end anywhere makes every older snapshot stale. */
  isStale(snapshot: number, gfn: number): boolean {
    return this.covers(gfn) || this.sequence !== snapshot;
  }
}
