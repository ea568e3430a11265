/** The EPT of private addresses, which only the TDX module writes; KVM keeps a mirror. 4K leaves. Linux v6.16 arch/x86/kvm/vmx/tdx.c. */
import { LEVEL_4K } from '../contract/address.js';
import type { Counts } from './counts.js';
import { FrameMap } from './frame-map.js';
import type { GuestMemfd } from './guest-memfd.js';
import { PageTables } from './page-tables.js';

/** Marks of a leaf. */
const PENDING = 1;
/** The host invalidated the range and the source leaves open whether that removed the page. */
const OPEN = 2;

export class SecureEpt {
  /** By gfn. */
  readonly leaves = new FrameMap();
  private readonly tables = new PageTables();

  constructor(
    private readonly counts: Counts,
    private readonly memfd: GuestMemfd,
  ) {}

  reset(): void {
    this.leaves.clear();
    this.tables.reset();
  }

  find(gfn: number): number {
    return this.leaves.find(gfn);
  }
  isPending(leaf: number): boolean {
    return (this.leaves.marks[leaf] & PENDING) !== 0;
  }
  isOpen(leaf: number): boolean {
    return (this.leaves.marks[leaf] & OPEN) !== 0;
  }

  /** tdx_sept_link_private_spt() for the missing levels, then tdx_mem_page_aug(), which pins the page. */
  aug(gfn: number, pfn: number): void {
    this.counts.septAdd += this.tables.link(gfn, LEVEL_4K);
    this.counts.aug++;
    this.leaves.insert(gfn, pfn, PENDING);
    this.memfd.hold(pfn);
  }

  /** TDG.MEM.PAGE.ACCEPT: the page is cleared and the guest's. */
  accept(leaf: number): void {
    this.counts.accept++;
    this.leaves.marks[leaf] &= ~PENDING;
  }

  /** The guest has seen which of the two it was. */
  settle(leaf: number): void {
    this.leaves.marks[leaf] &= ~OPEN;
  }

  /** Removes the leaves of [start, end); returns how many. */
  remove(start: number, end: number): number {
    const before = this.leaves.count;
    if (end - start < before) {
      for (let gfn = start; gfn < end; gfn++) this.removeLeaf(this.leaves.find(gfn));
      return before - this.leaves.count;
    }
    for (let leaf = before - 1; leaf >= 0; leaf--) {
      const gfn = this.leaves.keys[leaf];
      if (gfn >= start && gfn < end) this.removeLeaf(leaf);
    }
    return before - this.leaves.count;
  }

  /** Marks the leaves of [start, end) as perhaps removed; returns whether there are any. */
  leaveOpen(start: number, end: number): boolean {
    let any = false;
    for (let leaf = 0; leaf < this.leaves.count; leaf++) {
      const gfn = this.leaves.keys[leaf];
      if (gfn < start || gfn >= end) continue;
      this.leaves.marks[leaf] |= OPEN;
      any = true;
    }
    return any;
  }

  /** tdx_sept_zap_private_spte(), tdx_track(), tdx_sept_drop_private_spte(): contents are lost. */
  private removeLeaf(leaf: number): void {
    if (leaf < 0) return;
    const pfn = this.leaves.pfns[leaf];
    this.counts.block++;
    this.counts.tdxTrack++;
    this.counts.remove++;
    this.leaves.removeAt(leaf);
    this.memfd.drop(pfn);
  }
}
