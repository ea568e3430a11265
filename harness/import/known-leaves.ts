/** Leaves that the recorded kernel has, as far as the trace told: what a fault on one of them means. The newest ones, so that memory is bounded. */
import { pagesOf } from './leaf-entry.js';
import type { ZapRange } from './traced-step.js';

export class KnownLeaves {
  /** First frame to level, oldest first. */
  private readonly leaves = new Map<number, number>();

  constructor(private readonly most: number) {}

  clear(): void {
    this.leaves.clear();
  }

  /** The leaf over the frame that no recorded act removed, or null. */
  over(gfn: number): ZapRange | null {
    for (const level of [1, 2, 3]) {
      const pages = pagesOf(level);
      const base = gfn - (gfn % pages);
      if (this.leaves.get(base) === level) return { start: base, end: base + pages };
    }
    return null;
  }

  /** Returns the oldest leaf, which is forgotten, or null. */
  add(base: number, level: number): ZapRange | null {
    this.leaves.delete(base);
    this.leaves.set(base, level);
    if (this.leaves.size <= this.most) return null;
    const [oldest, size] = this.leaves.entries().next().value as [number, number];
    this.leaves.delete(oldest);
    return { start: oldest, end: oldest + pagesOf(size) };
  }

  remove({ start, end }: ZapRange): void {
    for (const [base, level] of this.leaves) if (base < end && base + pagesOf(level) > start) this.leaves.delete(base);
  }
}
