/** Private pages: found or allocated by faults and conversions, freed by punches. Linux v6.11 virt/kvm/guest_memfd.c, arch/x86/kvm/svm/sev.c. */
import type { Gfn } from '../contract/address.js';
import { I7 } from './invariants.js';
import type { PageFault } from './page-fault.js';
import {
  ASSIGNED,
  ATTRIBUTE_PRIVATE,
  DIRECT_MAP_ABSENT,
  generationBits,
  generationOf,
  HAS_FOLIO,
  PAGE_BITS,
  type PageRuns,
  PINNED,
  PREPARED,
} from './page-runs.js';
import { assignRun, releaseRun, splitDirectMap } from './rmp.js';
import { RULE } from './rules.js';
import type { VirtualMachine } from './virtual-machine.js';

export class GuestMemfd {
  /** Generation of the pages that are allocated next. */
  private next = 1;

  constructor(private readonly vm: VirtualMachine) {}

  reset(): void {
    this.next = 1;
  }

  /** Linux `kvm_gmem_get_folio()` for each frame of the range. */
  allocate(from: Gfn, to: Gfn): void {
    const { pages } = this.vm;
    pages.open(from, to);
    for (let i = pages.first; i < pages.end; i++) {
      if ((pages.word[i] & HAS_FOLIO) !== 0) continue;
      pages.word[i] = (pages.word[i] & ~PAGE_BITS) | HAS_FOLIO | generationBits(this.next);
      this.vm.counts.pagesAllocated += pages.endOf(i) - pages.start[i];
    }
    pages.close();
  }

  /** Linux `kvm_gmem_get_pfn()`: the page of the frame, allocated and prepared as the design does it. True: that took an RMPUPDATE. */
  getPage(gfn: Gfn): boolean {
    this.allocate(gfn, gfn + 1);
    if (this.vm.switches.rmpUpdate !== 'at-fault') return false;
    const { pages } = this.vm;
    const word = pages.wordAt(gfn);
    const isMerged = this.vm.switches.directMap === 'split-only';
    if (isMerged && (word & PREPARED) !== 0) return false;
    this.vm.counts.rmpLookups++;
    const isUnassigned = (word & ASSIGNED) === 0;
    if (isUnassigned) this.assignAtFault(gfn);
    if (!isMerged) return isUnassigned;
    this.vm.counts.pagesPrepared++;
    pages.change(gfn, gfn + 1, 0, PREPARED);
    return isUnassigned;
  }

  /** Linux `sev_gmem_prepare()`; Z. Wang's proposal unmaps the page from the direct map instead of splitting that. */
  private assignAtFault(gfn: Gfn): void {
    const { pages, switches } = this.vm;
    if (switches.directMap === 'split-only') splitDirectMap(this.vm, gfn);
    pages.open(gfn, gfn + 1);
    if (switches.directMap === 'with-update') {
      pages.word[pages.first] |= DIRECT_MAP_ABSENT;
      this.vm.counts.directMapUnmaps++;
    }
    assignRun(this.vm, pages, pages.first);
    pages.close();
  }

  /** Variant `+update-on-shared-fault`: a fault of a shared access takes the private page of the frame out of the RMP. */
  releaseAtSharedFault(gfn: Gfn): void {
    const { pages } = this.vm;
    if ((pages.wordAt(gfn) & ASSIGNED) === 0) return;
    pages.open(gfn, gfn + 1);
    releaseRun(this.vm, pages, pages.first, false);
    this.mapIfAbsent(pages, pages.first);
    pages.close();
  }

  /** What is freed goes back into the direct map. */
  private mapIfAbsent(runs: PageRuns, index: number): void {
    if ((runs.word[index] & DIRECT_MAP_ABSENT) !== 0) this.mapRun(runs, index);
  }

  /** Linux `set_direct_map_default_noflush()` for each page of a run. */
  private mapRun(runs: PageRuns, index: number): void {
    this.vm.counts.directMapMaps += runs.endOf(index) - runs.start[index];
    runs.word[index] &= ~DIRECT_MAP_ABSENT;
  }

  /** Linux `kvm_gmem_punch_hole()`, once for each slot with guest_memfd: every slot has a file of its own. */
  punch(from: Gfn, to: Gfn): void {
    const { regions, invalidation } = this.vm;
    for (let i = regions.firstBehind(from); i < regions.count && regions.start[i] < to; i++) {
      if (!regions.canBePrivate(i)) continue;
      const partFrom = Math.max(from, regions.start[i]);
      const partTo = Math.min(to, regions.end[i]);
      invalidation.begin();
      invalidation.add(partFrom, partTo);
      if (this.vm.zap(partFrom, partTo)) this.vm.flush();
      this.truncate(partFrom, partTo);
      invalidation.end();
    }
  }

  /** Linux `truncate_inode_pages_range()`: pages go, and are free unless somebody still holds them. */
  truncate(from: Gfn, to: Gfn): void {
    const { pages } = this.vm;
    if (this.vm.switches.freeHook === 'by-attribute') this.releaseByAttribute(from, to);
    this.leaveToHolders(pages, from, to);
    pages.open(from, to);
    for (let i = pages.first; i < pages.end; i++) {
      const word = pages.word[i];
      if ((word & HAS_FOLIO) === 0) continue;
      if ((word & PINNED) !== 0) this.vm.pinned.change(pages.start[i], pages.endOf(i), -1, word & PAGE_BITS);
      else this.freeRun(pages, i);
      pages.word[i] &= ~PAGE_BITS;
    }
    pages.close();
    this.next++;
  }

  /** RFC v8: the hook runs before the pages go, and looks at the attribute, not at the RMP. */
  private releaseByAttribute(from: Gfn, to: Gfn): void {
    const { pages } = this.vm;
    const wanted = ATTRIBUTE_PRIVATE | HAS_FOLIO;
    pages.open(from, to);
    for (let i = pages.first; i < pages.end; i++) {
      if ((pages.word[i] & wanted) !== wanted) continue;
      if ((pages.word[i] & ASSIGNED) !== 0) releaseRun(this.vm, pages, i, true);
      this.mapIfAbsent(pages, i);
    }
    pages.close();
  }

  /** Linux `kvm_gmem_free_folio()`, `sev_gmem_invalidate()`. */
  private freeRun(runs: PageRuns, index: number): void {
    const count = runs.endOf(index) - runs.start[index];
    this.vm.counts.pagesFreed += count;
    if (this.vm.switches.freeHook === 'by-rmp') {
      this.vm.counts.rmpLookups += count;
      if ((runs.word[index] & ASSIGNED) !== 0) releaseRun(this.vm, runs, index, true);
      this.mapIfAbsent(runs, index);
    }
    this.checkFreed(runs.word[index]);
  }

  private checkFreed(word: number): void {
    if ((word & (ASSIGNED | DIRECT_MAP_ABSENT)) !== 0) this.vm.breakInvariant(I7);
    if ((word & ASSIGNED) !== 0) this.vm.breakHost(RULE.freedWhileAssigned);
  }

  /** Pages that a paused fault holds leave the file without being free. */
  private leaveToHolders(runs: PageRuns, from: Gfn, to: Gfn): void {
    for (const fault of this.vm.faults) {
      if (fault.generation === 0 || fault.orphan !== 0 || fault.gfn < from || fault.gfn >= to) continue;
      const word = runs.wordAt(fault.gfn);
      if (generationOf(word) === fault.generation && (runs === this.vm.pinned || (word & PINNED) === 0)) fault.orphan = word;
    }
    for (const fault of this.vm.faults) {
      if (fault.orphan === 0 || generationOf(runs.wordAt(fault.gfn)) !== fault.generation) continue;
      runs.change(fault.gfn, fault.gfn + 1, PAGE_BITS, 0);
    }
  }

  /** `put_page()` by a fault: the last holder frees a page that the file no longer has. */
  drop(fault: PageFault): void {
    const { orphan, gfn, generation } = fault;
    fault.orphan = 0;
    fault.generation = 0;
    if (orphan === 0) return;
    for (const other of this.vm.faults) {
      if (other.orphan !== 0 && other.gfn === gfn && other.generation === generation) return;
    }
    this.vm.counts.pagesFreed++;
    if (this.vm.switches.freeHook === 'by-attribute') this.checkFreed(orphan);
    else this.freeOrphan(orphan, gfn, generation);
  }

  private freeOrphan(orphan: number, gfn: Gfn, generation: number): void {
    const { counts, tlb } = this.vm;
    counts.rmpLookups++;
    if ((orphan & DIRECT_MAP_ABSENT) !== 0) counts.directMapMaps++;
    if ((orphan & ASSIGNED) === 0) return;
    counts.rmpUpdatesToShared++;
    this.vm.changes++;
    tlb.dropPages(gfn, gfn + 1, generation);
  }

  /** M. Roth's pre hook: finds the pages and holds them; to private, they leave the direct map. */
  pin(from: Gfn, to: Gfn, toPrivate: boolean): void {
    this.allocate(from, to);
    if (toPrivate) this.vm.counts.directMapUnmaps += to - from;
    this.vm.pages.change(from, to, 0, toPrivate ? PINNED | DIRECT_MAP_ABSENT : PINNED);
  }

  /** M. Roth's post hook: to shared, the pages are back in the direct map; those punched meanwhile are free now. */
  unpin(from: Gfn, to: Gfn, toPrivate: boolean): void {
    const { pages, pinned } = this.vm;
    pages.open(from, to);
    for (let i = pages.first; i < pages.end; i++) {
      if ((pages.word[i] & PINNED) === 0) continue;
      pages.word[i] &= ~PINNED;
      if (!toPrivate) this.mapRun(pages, i);
    }
    pages.close();
    pinned.open(from, to);
    for (let i = pinned.first; !toPrivate && i < pinned.end; i++) this.mapRun(pinned, i);
    pinned.close();
    this.leaveToHolders(pinned, from, to);
    pinned.open(from, to);
    for (let i = pinned.first; i < pinned.end; i++) {
      if ((pinned.word[i] & HAS_FOLIO) === 0) continue;
      this.freeRun(pinned, i);
      pinned.word[i] = 0;
    }
    pinned.close();
  }
}
