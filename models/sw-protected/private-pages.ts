/**
 * The pages of the guest_memfds: which frames have one, and which page it is. A page gets the next serial number when it is allocated,
 * so that a page freed by a punch and its successor are told apart. Mainline folios are of order 0.
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
    for (let i = 0; i < this.count; i++) if (this.gfns[i] === gfn) return this.serials[i];
    return 0;
  }

  /** kvm_gmem_get_pfn(): the frame's page, allocated and zeroed if there is none. */
  get(gfn: number): number {
    const found = this.find(gfn);
    if (found !== 0) return found;
    if (this.count === this.gfns.length) this.grow();
    this.allocated++;
    this.gfns[this.count] = gfn;
    this.serials[this.count++] = ++this.last;
    return this.last;
  }

  /** truncate_inode_pages_range() */
  free(start: number, end: number): void {
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (this.gfns[i] >= start && this.gfns[i] < end) continue;
      this.gfns[kept] = this.gfns[i];
      this.serials[kept++] = this.serials[i];
    }
    this.freed += this.count - kept;
    this.count = kept;
  }

  private grow(): void {
    const { gfns, serials } = this;
    this.gfns = new Float64Array(gfns.length * 2);
    this.serials = new Float64Array(gfns.length * 2);
    this.gfns.set(gfns);
    this.serials.set(serials);
  }
}
