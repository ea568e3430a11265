/** The invariants that are judged of the state after a step. */
import { PRIVATE } from '../contract/observation.js';
import type { Conversion } from './conversion.js';
import { AT_REST, ENDED } from './conversion.js';
import { I1, I1H, I2, I3, I4A, I4B, I7, I8 } from './invariants.js';
import { ASSIGNED, ATTRIBUTE_PRIVATE, DIRECT_MAP_ABSENT, DIRECT_MAP_SPLIT, type PageRuns } from './page-runs.js';
import { pageWord } from './rmp.js';
import type { VirtualMachine } from './virtual-machine.js';

const bit = (invariant: number, isBroken: boolean): number => (isBroken ? 1 << invariant : 0);

/** The invariants that the state breaks, one bit each, whether or not they hold for the design. */
export function brokenByState(vm: VirtualMachine, conversion: Conversion): number {
  return (
    brokenLeaves(vm, conversion) |
    bit(I2, hasStrayTranslation(vm)) |
    bit(I3, mapsUnassigned(vm, conversion)) |
    bit(I4A, hasAssignedInDirectMap(vm.pages) || hasAssignedInDirectMap(vm.pinned)) |
    bit(I4B, hasUnsplitBlock(vm)) |
    bit(I7, mapsFreePage(vm)) |
    bit(I8, miscounts(vm, conversion))
  );
}

function brokenLeaves({ npt, pages, regions, switches }: VirtualMachine, conversion: Conversion): number {
  // In the RFC orders the leaves of a conversion go after the attributes changed.
  const leavesMayLag = !switches.zapsBeforeStores && conversion.stage !== ENDED;
  let broken = 0;
  for (let leaf = 0; leaf < npt.count; leaf++) {
    const from = npt.base[leaf];
    const to = npt.endOf(leaf);
    if (leavesMayLag && conversion.meets(from, to)) continue;
    const attribute = npt.kind[leaf] === PRIVATE ? ATTRIBUTE_PRIVATE : 0;
    if (!pages.isAll(from, to, ATTRIBUTE_PRIVATE, attribute)) broken |= 1 << I1;
    if (npt.level[leaf] === 1) continue;
    const isOfOneAttribute = pages.isAll(from, to, ATTRIBUTE_PRIVATE, pages.wordAt(from) & ATTRIBUTE_PRIVATE);
    const slot = regions.find(from);
    if (!isOfOneAttribute || slot < 0 || regions.end[slot] < to) broken |= 1 << I1H;
  }
  return broken;
}

function hasStrayTranslation({ npt, tlb }: VirtualMachine): boolean {
  for (let slot = 0; slot < tlb.key.length; slot++) {
    const gfn = tlb.gfnOf(slot);
    if (gfn < 0) continue;
    const leaf = npt.find(gfn);
    if (leaf < 0 || npt.kind[leaf] !== tlb.kind[slot] || npt.generation[leaf] !== tlb.generation[slot]) return true;
  }
  return false;
}

/** Where the conversion updates the RMP, the leaves in its range may be ahead of it. */
function mapsUnassigned(vm: VirtualMachine, conversion: Conversion): boolean {
  const { npt, switches } = vm;
  const leavesMayLead = switches.rmpUpdate !== 'at-fault';
  for (let leaf = 0; leaf < npt.count; leaf++) {
    if (npt.kind[leaf] !== PRIVATE || (leavesMayLead && conversion.meets(npt.base[leaf], npt.endOf(leaf)))) continue;
    if ((pageWord(vm, npt.base[leaf], npt.generation[leaf]) & ASSIGNED) === 0) return true;
  }
  return false;
}

function mapsFreePage(vm: VirtualMachine): boolean {
  const { npt } = vm;
  for (let leaf = 0; leaf < npt.count; leaf++) {
    if (npt.kind[leaf] === PRIVATE && pageWord(vm, npt.base[leaf], npt.generation[leaf]) === 0) return true;
  }
  return false;
}

function hasAssignedInDirectMap(runs: PageRuns): boolean {
  for (let i = 0; i < runs.count; i++) {
    if ((runs.word[i] & (ASSIGNED | DIRECT_MAP_ABSENT)) === ASSIGNED) return true;
  }
  return false;
}

/** A 2M block with assigned and with other frames whose direct map is not split. */
function hasUnsplitBlock({ pages, pagesOf2M }: VirtualMachine): boolean {
  const size = pagesOf2M;
  for (let i = 0; i < pages.count; i++) {
    if ((pages.word[i] & (ASSIGNED | DIRECT_MAP_SPLIT)) !== ASSIGNED) continue;
    const first = pages.start[i] - (pages.start[i] % size);
    const last = pages.endOf(i) - 1 - ((pages.endOf(i) - 1) % size);
    if (!pages.isAll(first, first + size, ASSIGNED, ASSIGNED) || !pages.isAll(last, last + size, ASSIGNED, ASSIGNED)) return true;
  }
  return false;
}

function miscounts({ invalidation }: VirtualMachine, conversion: Conversion): boolean {
  const { sequence, inProgress, begins, ends } = invalidation;
  if (sequence !== ends || inProgress !== begins - ends || inProgress < 0) return true;
  return inProgress > 0 && conversion.stage === AT_REST;
}
