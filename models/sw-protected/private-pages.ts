/**
 * The pages of the guest_memfds: which frames have one, and which page it is. A page gets the next serial number when it is allocated,
 * so that a page freed by a punch and its successor are told apart. Sorted by frame. Mainline folios are of order 0.
 */
export class PrivatePages {
  private gfns = new Float64Array(16);
  private serials = new Float64Array(16);
  private last = 0;
  /** Since the start of the scenario. */
  allocated = 0;
  freed = 0;
  count = 0;

  reset(): void {
    this.clear();
    this.allocated = this.freed = 0;
  }

  /** New guest_memfds, without pages. */
  clear(): void {
    this.count = 0;
    this.last = 0;
  }

  gfnAt(index: number): number {
    return this.gfns[index];
  }

  /** Serial of the frame's page, or 0. */
  find(gfn: number): number {
    const index = this.firstFrom(gfn);
    return index < this.count && this.gfns[index] === gfn ? this.serials[index] : 0;
  }

  /** kvm_gmem_get_pfn(): the frame's page, allocated and zeroed if there is none. */
  get(gfn: number): number {
    const index = this.firstFrom(gfn);
    if (index < this.count && this.gfns[index] === gfn) return this.serials[index];
    if (this.count === this.gfns.length) this.grow();
    if (index < this.count) this.move(index, index + 1);
    this.count++;
    this.allocated++;
    this.gfns[index] = gfn;
    this.serials[index] = ++this.last;
    return this.last;
  }

  /** truncate_inode_pages_range() */
  free(start: number, end: number): void {
    const first = this.firstFrom(start);
    const behind = this.firstFrom(end);
    if (behind > first) this.move(behind, first);
    this.count -= behind - first;
    this.freed += behind - first;
  }

  /** Index of the first page of the frame or above. */
  private firstFrom(gfn: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.gfns[middle] < gfn) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private move(from: number, to: number): void {
    this.gfns.copyWithin(to, from, this.count);
    this.serials.copyWithin(to, from, this.count);
  }

  private grow(): void {
    const { gfns, serials } = this;
    this.gfns = new Float64Array(gfns.length * 2);
    this.serials = new Float64Array(gfns.length * 2);
    this.gfns.set(gfns);
    this.serials.set(serials);
  }
}
