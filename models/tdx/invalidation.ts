/** The bookkeeping by which a fault learns that what it looked up may be gone. Source: Linux v6.16 virt/kvm/kvm_main.c; one method a function. */
import { GFN_LIMIT } from '../contract/address.js';

export class Invalidation {
  /** mmu_invalidate_in_progress */
  inProgress = 0;
  /** mmu_invalidate_seq */
  sequence = 0;
  /** mmu_invalidate_range_start and _end: the smallest interval around all that is being invalidated. */
  private start = GFN_LIMIT;
  private end_ = 0;

  reset(): void {
    this.inProgress = 0;
    this.sequence = 0;
    this.empty();
  }

  /** kvm_mmu_invalidate_begin() */
  begin(): void {
    this.inProgress++;
    if (this.inProgress === 1) this.empty();
  }

  /** kvm_mmu_invalidate_range_add(): false positives are intended; it shrinks at the next begin from nothing only. */
  add(start: number, end: number): void {
    if (start < this.start) this.start = start;
    if (end > this.end_) this.end_ = end;
  }

  /** kvm_mmu_invalidate_end() */
  end(): void {
    this.sequence++;
    this.inProgress--;
  }

  /** mmu_invalidate_retry_gfn(), first half. */
  covers(gfn: number): boolean {
    return this.inProgress > 0 && gfn >= this.start && gfn < this.end_;
  }

  /** The interval in words, for the state. */
  get frames(): string {
    return `0x${this.start.toString(16)} to 0x${(this.end_ - 1).toString(16)}`;
  }

  private empty(): void {
    this.start = GFN_LIMIT;
    this.end_ = 0;
  }
}
