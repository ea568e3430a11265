/** The bookkeeping by which a fault learns that the page it looked up may be stale. Linux virt/kvm/kvm_main.c. */
import type { Gfn } from '../contract/address.js';

export class Invalidation {
  /** Linux `mmu_invalidate_seq`: completed invalidations. */
  sequence = 0;
  /** Linux `mmu_invalidate_in_progress`. */
  inProgress = 0;
  begins = 0;
  ends = 0;
  /** Linux `mmu_invalidate_range_start`, `mmu_invalidate_range_end`: the interval that holds every range being invalidated. */
  from: Gfn = 0;
  to: Gfn = 0;

  /** @param disabled the variant in which nobody announces an invalidation. */
  constructor(private readonly disabled: boolean) {}

  reset(): void {
    this.sequence = 0;
    this.inProgress = 0;
    this.begins = 0;
    this.ends = 0;
    this.from = 0;
    this.to = 0;
  }

  /** `kvm_mmu_invalidate_begin()`. */
  begin(): void {
    if (this.disabled) return;
    this.begins++;
    this.inProgress++;
    if (this.inProgress === 1) {
      this.from = 0;
      this.to = 0;
    }
  }

  /** `kvm_mmu_invalidate_range_add()`. Grows to the hull: false positives are intended. */
  add(from: Gfn, to: Gfn): void {
    if (this.disabled) return;
    if (this.from === this.to) {
      this.from = from;
      this.to = to;
      return;
    }
    this.from = Math.min(this.from, from);
    this.to = Math.max(this.to, to);
  }

  /** `kvm_mmu_invalidate_end()`. */
  end(): void {
    if (this.disabled) return;
    this.ends++;
    this.sequence++;
    this.inProgress--;
  }

  /** `mmu_invalidate_retry_gfn()`. The sequence is that of the whole VM: any end makes every older snapshot stale. */
  isStale(snapshot: number, gfn: Gfn): boolean {
    return (this.inProgress > 0 && gfn >= this.from && gfn < this.to) || this.sequence !== snapshot;
  }
}
