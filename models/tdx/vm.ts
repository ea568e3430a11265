/** The whole state of a TD as KVM keeps it, and the two primitives that every invalidation is made of: zap and flush. */
import type { Machine } from '../contract/machine.js';
import { AttributeRanges } from './attribute-ranges.js';
import { ConversionInFlight } from './conversion-in-flight.js';
import { Counts } from './counts.js';
import { GuestMemfd } from './guest-memfd.js';
import { Invalidation } from './invalidation.js';
import { Memslots } from './memslots.js';
import { FILTER_PRIVATE, FILTER_SHARED, type Filter } from './root-filter.js';
import { SecureEpt } from './secure-ept.js';
import { SharedEpt } from './shared-ept.js';
import type { Switches } from './switches.js';
import { Tlb } from './tlb.js';

export class Vm {
  readonly counts = new Counts();
  readonly slots = new Memslots();
  readonly invalidation = new Invalidation();
  /** The attributes as stored. */
  readonly attributes = new AttributeRanges();
  /** The attributes at the last recomputation of the mixed flags: a huge region is mixed where these differ inside it. */
  readonly mixedBasis = new AttributeRanges();
  readonly memfd = new GuestMemfd(this.counts);
  readonly sharedEpt = new SharedEpt();
  readonly secureEpt = new SecureEpt(this.counts, this.memfd);
  readonly tlb = new Tlb();
  readonly conversion = new ConversionInFlight();
  /** Bits of invariants that were seen to break since somebody asked last (invariants.ts). */
  broken = 0;
  /** Does the machine have private memory? */
  hasPrivateMemory = false;

  constructor(readonly switches: Switches) {}

  reset(machine: Machine): void {
    this.counts.reset();
    this.slots.reset(machine.regions);
    this.invalidation.reset();
    this.clearMemory();
    this.conversion.reset();
    this.broken = 0;
    this.hasPrivateMemory = machine.privateMemory;
  }

  /** A VM before its first fault, every attribute shared. */
  clearMemory(): void {
    this.attributes.clear();
    this.mixedBasis.clear();
    this.sharedEpt.reset();
    this.secureEpt.reset();
    this.memfd.reset();
    this.tlb.reset();
  }

  /** kvm_tdp_mmu_unmap_gfn_range(): removes whole leaves of the filter's roots (tdp_mmu_root_match()) that meet [start, end); true: some. */
  zap(start: number, end: number, filter: Filter): boolean {
    this.counts.zapCall++;
    let removed = 0;
    if ((filter & FILTER_SHARED) !== 0) removed += this.sharedEpt.remove(start, end);
    if ((filter & FILTER_PRIVATE) !== 0) removed += this.secureEpt.remove(start, end);
    this.counts.zapLeaf += removed;
    return removed > 0;
  }

  /** kvm_flush_remote_tlbs() */
  flush(): void {
    this.counts.tlbFlush++;
    this.tlb.reset();
  }

  /** kvm_mmu_invalidate_end(), counted. */
  endInvalidation(): void {
    this.counts.invalidations++;
    this.invalidation.end();
  }

  /** hugepage_test_mixed() for the region of a level at `base`, which lies in one slot. */
  isMixed(base: number, pages: number): boolean {
    return !this.mixedBasis.isUniform(base, base + pages);
  }
}
