/**
 * RMPUPDATE and the RMP state of pages. Every page is 4K and belongs to one frame of this guest. AMD64 APM vol. 2, "Reverse Map Table";
 * that RMPUPDATE drops the TLB entries of the page is a claim of the thread on RFC v8 02/56.
 */
import {
  ASSIGNED,
  ATTRIBUTE_PRIVATE,
  DIRECT_MAP_ABSENT,
  DIRECT_MAP_SPLIT,
  generationOf,
  type PageRuns,
  VALIDATED,
} from './page-runs.js';
import type { Gfn } from '../contract/address.js';
import { I11 } from './invariants.js';
import { RULE } from './rules.js';
import type { VirtualMachine } from './virtual-machine.js';

/** RMPUPDATE of each page of a run to private. Clears `validated` even where the page was assigned already. */
export function assignRun(vm: VirtualMachine, runs: PageRuns, index: number): void {
  const word = runs.word[index];
  if ((word & VALIDATED) !== 0 && runs === vm.pages) vm.breakInvariant(I11);
  vm.counts.rmpUpdatesToPrivate += countUpdate(vm, runs, index);
  runs.word[index] = (word & ~VALIDATED) | ASSIGNED;
  if (vm.switches.directMap !== 'split-only' && (word & DIRECT_MAP_ABSENT) === 0) vm.breakHost(RULE.assignedInDirectMap);
}

/** RMPUPDATE of each page of a run to shared. */
export function releaseRun(vm: VirtualMachine, runs: PageRuns, index: number, isFreed: boolean): void {
  const word = runs.word[index];
  const isLive = (word & VALIDATED) !== 0 && (word & ATTRIBUTE_PRIVATE) !== 0;
  if (isLive && !isFreed) vm.breakInvariant(I11);
  vm.counts.rmpUpdatesToShared += countUpdate(vm, runs, index);
  runs.word[index] = word & ~(ASSIGNED | VALIDATED);
}

/** Answers the pages of the run: one RMPUPDATE each. */
function countUpdate(vm: VirtualMachine, runs: PageRuns, index: number): number {
  const from = runs.start[index];
  const to = runs.endOf(index);
  vm.changes++;
  vm.tlb.dropPages(from, to, generationOf(runs.word[index]));
  return to - from;
}

/** State of a private page of the frame: of the one guest_memfd has, or of one that somebody still holds; 0: the page is free. */
export function pageWord(vm: VirtualMachine, gfn: Gfn, generation: number): number {
  const word = vm.pages.wordAt(gfn);
  if (generationOf(word) === generation) return word;
  const pinned = vm.pinned.wordAt(gfn);
  if (generationOf(pinned) === generation) return pinned;
  for (const fault of vm.faults) {
    if (fault.orphan !== 0 && fault.gfn === gfn && fault.generation === generation) return fault.orphan;
  }
  return 0;
}

/** PVALIDATE of the page by the guest. */
export function validate(vm: VirtualMachine, gfn: Gfn, generation: number): void {
  const runs = generationOf(vm.pages.wordAt(gfn)) === generation ? vm.pages : vm.pinned;
  if (generationOf(runs.wordAt(gfn)) === generation) runs.change(gfn, gfn + 1, 0, VALIDATED);
}

/** Linux `snp_prep`'s split of the direct map before an RMPUPDATE: the 2M block of the page goes to 4K and stays so. */
export function splitDirectMap(vm: VirtualMachine, gfn: Gfn): void {
  if ((vm.pages.wordAt(gfn) & DIRECT_MAP_SPLIT) !== 0) return;
  vm.counts.directMapSplits++;
  const block = gfn - (gfn % vm.pagesOf2M);
  vm.pages.change(block, block + vm.pagesOf2M, 0, DIRECT_MAP_SPLIT);
}
