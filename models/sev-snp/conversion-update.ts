/**
 * RMP and direct map in a conversion, for the designs that update them there: RFC v8 48/56 and the proposals of I. Yamahata and M. Roth
 * in the thread on 02/56.
 */
import type { Gfn } from '../contract/address.js';
import type { GuestMemfd } from './guest-memfd.js';
import { I13 } from './invariants.js';
import { ASSIGNED, DIRECT_MAP_ABSENT, HAS_FOLIO, type PageRuns, PINNED } from './page-runs.js';
import { assignRun, releaseRun } from './rmp.js';
import type { VirtualMachine } from './virtual-machine.js';

/** Pages of a conversion to private that are updated before one fails, in the variant `+update-fails`. */
const UPDATES_BEFORE_FAILURE = 1;

export class ConversionUpdate {
  /** An update of this conversion failed; the rest of the range is left as it is. */
  hasFailed = false;
  /** Pages that this conversion has updated to private so far. */
  private updated = 0;
  private sleeps = false;

  constructor(
    private readonly vm: VirtualMachine,
    private readonly gmem: GuestMemfd,
  ) {}

  /** Before mmu_lock is taken: M. Roth's pre hook. */
  start(from: Gfn, to: Gfn, toPrivate: boolean): void {
    this.hasFailed = false;
    this.updated = 0;
    this.sleeps = false;
    if (this.vm.switches.directMap === 'around-lock') this.eachPart(from, to, toPrivate, PIN);
  }

  /** Under mmu_lock, of a part that lies in one slot with guest_memfd. */
  underLock(from: Gfn, to: Gfn, toPrivate: boolean): void {
    if (this.vm.switches.rmpUpdate !== 'under-lock' || this.hasFailed) return;
    this.sleeps = this.vm.switches.directMap === 'with-update';
    this.updatePart(from, to, toPrivate);
    this.sleeps = false;
  }

  /** After mmu_lock is dropped: the update of RFC v8, M. Roth's post hook. */
  finish(from: Gfn, to: Gfn, toPrivate: boolean): void {
    if (this.vm.switches.rmpUpdate === 'after-unlock') this.eachPart(from, to, toPrivate, UPDATE);
    if (this.vm.switches.directMap === 'around-lock') this.eachPart(from, to, toPrivate, UNPIN);
  }

  private eachPart(from: Gfn, to: Gfn, toPrivate: boolean, task: number): void {
    const { regions } = this.vm;
    for (let i = regions.firstBehind(from); i < regions.count && regions.start[i] < to; i++) {
      // A slot that cannot be private: the hook fails with EPERM, and the part is skipped.
      if (!regions.canBePrivate(i)) continue;
      const partFrom = Math.max(from, regions.start[i]);
      const partTo = Math.min(to, regions.end[i]);
      if (task === PIN) this.gmem.pin(partFrom, partTo, toPrivate);
      else if (task === UNPIN) this.gmem.unpin(partFrom, partTo, toPrivate);
      else if (!this.hasFailed) this.updatePart(partFrom, partTo, toPrivate);
    }
  }

  private updatePart(from: Gfn, to: Gfn, toPrivate: boolean): void {
    if (!toPrivate) {
      this.updateToShared(from, to);
      return;
    }
    const room = this.vm.switches.secondUpdateFails ? UPDATES_BEFORE_FAILURE - this.updated : Number.POSITIVE_INFINITY;
    const failing = from + room;
    this.updateToPrivate(from, Math.min(to, failing));
    this.updated += Math.min(to, failing) - from;
    if (failing >= to) return;
    this.hasFailed = true;
    this.vm.counts.warnings++;
    // The page that fails has already left the direct map.
    if (this.vm.switches.directMap === 'with-update') this.unmapDirect(failing, failing + 1);
  }

  private updateToPrivate(from: Gfn, to: Gfn): void {
    if (from === to) return;
    if (this.vm.switches.directMap === 'with-update') this.unmapDirect(from, to);
    this.updateRuns(this.vm.pages, from, to, true);
    if (this.vm.switches.directMap === 'around-lock') this.updateRuns(this.vm.pinned, from, to, true);
  }

  private updateToShared(from: Gfn, to: Gfn): void {
    if (this.vm.switches.directMap === 'with-update') this.gmem.allocate(from, to);
    this.updateRuns(this.vm.pages, from, to, false);
    if (this.vm.switches.directMap === 'around-lock') this.updateRuns(this.vm.pinned, from, to, false);
  }

  /** Gets the pages and takes them out of the direct map; in the variant `+dm-restore-bug` the helper maps them again. */
  private unmapDirect(from: Gfn, to: Gfn): void {
    this.gmem.allocate(from, to);
    this.changeDirectMap();
    this.vm.counts.directMapUnmaps += to - from;
    if (this.vm.switches.directMapRestoreBug) this.vm.counts.directMapMaps += to - from;
    else this.vm.pages.change(from, to, 0, DIRECT_MAP_ABSENT);
  }

  /** `set_direct_map_*()` takes a mutex. */
  private changeDirectMap(): void {
    if (!this.sleeps) return;
    this.vm.sleepInAtomic();
    this.vm.breakInvariant(I13);
  }

  /** RMPUPDATE of each page; M. Roth's of the pages that the pre hook found. */
  private updateRuns(runs: PageRuns, from: Gfn, to: Gfn, toPrivate: boolean): void {
    const withDirectMap = this.vm.switches.directMap === 'with-update';
    const wanted = withDirectMap ? HAS_FOLIO : HAS_FOLIO | PINNED;
    runs.open(from, to);
    for (let i = runs.first; i < runs.end; i++) {
      if ((runs.word[i] & wanted) !== wanted) continue;
      if (toPrivate) assignRun(this.vm, runs, i);
      else this.updateRunToShared(runs, i, withDirectMap);
    }
    runs.close();
  }

  /** `snp_lookup_rmpentry()` tells which pages are assigned; the rest stay as they are. */
  private updateRunToShared(runs: PageRuns, index: number, withDirectMap: boolean): void {
    const count = runs.endOf(index) - runs.start[index];
    this.vm.counts.rmpLookups += count;
    if ((runs.word[index] & ASSIGNED) === 0) return;
    releaseRun(this.vm, runs, index, false);
    if (!withDirectMap) return;
    this.changeDirectMap();
    this.vm.counts.directMapMaps += count;
    runs.word[index] &= ~DIRECT_MAP_ABSENT;
  }
}

const PIN = 0;
const UPDATE = 1;
const UNPIN = 2;
