/** The private pages of the VM. Linux v6.16 virt/kvm/guest_memfd.c: folios of order 0, allocated at the first private fault. */
import type { Counts } from './counts.js';
import { FrameMap } from './frame-map.js';

/** Host frames of private pages have numbers of their own, above every shared one; none is used twice. */
const FIRST_PRIVATE_PFN = 2 ** 41;

/** A folio's marks: how many hold it (the S-EPT, a fault in flight), up to 127, and whether the file still has it. */
const IN_FILE = 128;
const HOLDERS = 127;

export class GuestMemfd {
  /** By gfn: the folio that the file has there. */
  readonly file = new FrameMap();
  /** By pfn: every folio that is not freed. */
  private readonly folios = new FrameMap();
  private nextPfn = FIRST_PRIVATE_PFN;

  constructor(private readonly counts: Counts) {}

  reset(): void {
    this.file.clear();
    this.folios.clear();
    this.nextPfn = FIRST_PRIVATE_PFN;
  }

  /** kvm_gmem_get_pfn(): the folio of a frame, allocated and cleared if the file has none. The caller holds it. */
  getPfn(gfn: number): number {
    const entry = this.file.find(gfn);
    const pfn = entry >= 0 ? this.file.pfns[entry] : this.allocate(gfn);
    this.hold(pfn);
    return pfn;
  }

  /** folio_get() */
  hold(pfn: number): void {
    this.folios.marks[this.folios.find(pfn)]++;
  }

  /** folio_put(): the last one frees a folio that the file has no more. */
  drop(pfn: number): void {
    const folio = this.folios.find(pfn);
    if (--this.folios.marks[folio] === 0) this.free(folio);
  }

  isFreed(pfn: number): boolean {
    return this.folios.find(pfn) < 0;
  }

  /** Does anyone but the file hold the folio? */
  isHeld(pfn: number): boolean {
    const folio = this.folios.find(pfn);
    return folio >= 0 && (this.folios.marks[folio] & HOLDERS) !== 0;
  }

  /** truncate_inode_pages_range(): the file loses its folios in [start, end). */
  truncate(start: number, end: number): void {
    if (end - start < this.file.count) {
      for (let gfn = start; gfn < end; gfn++) this.remove(this.file.find(gfn));
      return;
    }
    for (let entry = this.file.count - 1; entry >= 0; entry--) {
      const gfn = this.file.keys[entry];
      if (gfn >= start && gfn < end) this.remove(entry);
    }
  }

  private remove(entry: number): void {
    if (entry < 0) return;
    const folio = this.folios.find(this.file.pfns[entry]);
    this.file.removeAt(entry);
    this.folios.marks[folio] &= ~IN_FILE;
    if (this.folios.marks[folio] === 0) this.free(folio);
  }

  private allocate(gfn: number): number {
    const pfn = this.nextPfn++;
    this.file.insert(gfn, pfn, 0);
    this.folios.insert(pfn, gfn, IN_FILE);
    this.counts.alloc++;
    this.counts.zeroPage++;
    return pfn;
  }

  private free(folio: number): void {
    this.folios.removeAt(folio);
    this.counts.free++;
  }
}
