/** Registers, attributes, pages, leaves and what is in flight, for people and for diffing. */
import { type Gfn, LEVEL_NAMES } from '../contract/address.js';
import { PRIVATE } from '../contract/observation.js';
import { AT_REST, CONVERSION_STAGE_NAMES, type Conversion } from './conversion.js';
import { NO_ACCESS, STAGE_NAMES } from './page-fault.js';
import {
  ASSIGNED,
  ATTRIBUTE_PRIVATE,
  DIRECT_MAP_ABSENT,
  DIRECT_MAP_SPLIT,
  generationOf,
  HAS_FOLIO,
  MIXED_VIEW_PRIVATE,
  PINNED,
  PREPARED,
  VALIDATED,
} from './page-runs.js';
import type { VirtualMachine } from './virtual-machine.js';

const hex = (gfn: Gfn): string => `0x${gfn.toString(16)}`;

/** Words of the bits of a run, in this order. */
const BITS: readonly (readonly [number, string])[] = [
  [HAS_FOLIO, 'page'],
  [PREPARED, 'prepared'],
  [ASSIGNED, 'assigned'],
  [VALIDATED, 'validated'],
  [DIRECT_MAP_ABSENT, 'direct-map-absent'],
  [DIRECT_MAP_SPLIT, 'direct-map-split'],
  [PINNED, 'pinned'],
];

export function stateOf(vm: VirtualMachine, conversion: Conversion): Record<string, unknown> {
  const state = vm.registers.state();
  leavesInto(state, vm);
  if (!vm.hasPrivateMemory) return state;
  const { inProgress, from, to } = vm.invalidation;
  if (inProgress > 0) state.invalidation = { inProgress, frames: `${hex(from)} to ${hex(to - 1)}` };
  if (conversion.stage !== AT_REST) {
    const { from: first, to: end, toPrivate, stage } = conversion;
    const pages = end - first;
    state.conversion = { gfn: hex(first), pages, to: toPrivate ? 'private' : 'shared', after: CONVERSION_STAGE_NAMES[stage] };
  }
  for (const fault of vm.faults) {
    if (fault.stage === NO_ACCESS) continue;
    state[`vcpu${fault.vcpu} paused`] = { gfn: hex(fault.gfn), private: fault.isPrivate, after: STAGE_NAMES[fault.stage] };
  }
  pagesInto(state, vm);
  return state;
}

/** Which of the private pages that a frame has had over time a leaf maps matters only if it is another than the present one. */
function leavesInto(state: Record<string, unknown>, { npt, pages, hasPrivateMemory }: VirtualMachine): void {
  for (let leaf = 0; leaf < npt.count; leaf++) {
    const page = npt.kind[leaf] === PRIVATE ? 'private' : 'shared';
    const ordinary = { level: LEVEL_NAMES[npt.level[leaf]], leaf: 'WB' };
    const isFormer = page === 'private' && npt.generation[leaf] !== generationOf(pages.wordAt(npt.base[leaf]));
    const whose = isFormer ? { page, isFormer } : { page };
    state[`gfn ${hex(npt.base[leaf])}`] = hasPrivateMemory ? { ...ordinary, ...whose } : ordinary;
  }
}

/** Runs of frames whose pages are in the same state, each as long as it goes. */
function pagesInto(state: Record<string, unknown>, { pages }: VirtualMachine): void {
  let first = 0;
  let end = 0;
  let text = '';
  const put = () => {
    if (text !== '') state[`gfns ${hex(first)} to ${hex(end - 1)}`] = JSON.parse(text);
  };
  for (let i = 0; i < pages.count; i++) {
    const next = pages.word[i] === 0 ? '' : JSON.stringify(pageState(pages.word[i]));
    if (next !== text || pages.start[i] !== end) {
      put();
      first = pages.start[i];
      text = next;
    }
    end = pages.endOf(i);
  }
  put();
}

function pageState(word: number): unknown {
  const attribute = (word & ATTRIBUTE_PRIVATE) !== 0 ? 'private' : 'shared';
  const mixedView = (word & MIXED_VIEW_PRIVATE) !== 0 ? 'private' : 'shared';
  const lags = attribute === mixedView ? {} : { mixedFlagsSay: mixedView };
  return { attribute, ...lags, is: BITS.filter(([mask]) => (word & mask) !== 0).map(([, name]) => name) };
}
