/** A domain in words, for diffing: its registers and pinned ranges, and what pages its memory. */
import { LEVEL_4K, LEVEL_NAMES, type Level } from '../contract/address.js';
import { MEMORY_TYPE_NAMES } from '../contract/memory-type.js';
import type { State } from '../contract/model.js';
import { DEF_TYPE, msrName, PHYSBASE0 } from '../contract/msr.js';
import { emtOf, ignoresPat } from './ept-entry.js';
import type { EptP2m } from './ept-p2m.js';
import type { MtrrSnapshots } from './mtrr-snapshots.js';
import { FIXED_ROWS, PAIRS } from './mtrr-state.js';
import { nestedType } from './nested-type.js';
import type { NptP2m } from './npt-p2m.js';
import type { PinnedRanges } from './pinned-ranges.js';
import { MEGA_PAGES } from './region.js';
import { type ShadowEntries, UNPAGED } from './shadow-entries.js';
import type { VcpuRegisters } from './vcpu-registers.js';

const FIXED_MSRS = [0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f];

const hex = (value: number): string => `0x${value.toString(16)}`;

/** The 64-bit value of two halves. */
function hex64(hi: number, lo: number): string {
  const high = (hi >>> 0).toString(16);
  return high === '0' ? hex(lo >>> 0) : `0x${high}${(lo >>> 0).toString(16).padStart(8, '0')}`;
}

export function registerState(
  registers: VcpuRegisters,
  mtrrs: MtrrSnapshots,
  pins: PinnedRanges,
  guestPat: (vcpu: number) => Int32Array,
): State {
  const state: Record<string, unknown> = {};
  for (let vcpu = 0; vcpu < registers.count; vcpu++) {
    const m = mtrrs.of(vcpu);
    const put = (msr: number, hi: number, lo: number): void => {
      state[`vcpu${vcpu} ${msrName(msr)}`] = hex64(hi, lo);
    };
    put(DEF_TYPE, 0, m.defType);
    for (let row = 0; row < FIXED_ROWS; row++) put(FIXED_MSRS[row], m.fixed[2 * row + 1], m.fixed[2 * row]);
    for (let register = 0; register < 2 * PAIRS; register++) {
      put(PHYSBASE0 + register, m.variable[2 * register + 1], m.variable[2 * register]);
    }
    const pat = guestPat(vcpu);
    state[`vcpu${vcpu} PAT`] = hex64(pat[2 * vcpu + 1], pat[2 * vcpu]);
    state[`vcpu${vcpu} CR0`] = {
      pg: registers.isPaging(vcpu),
      cd: registers.isCacheDisabled(vcpu),
      nw: registers.isNotWriteThrough(vcpu),
    };
    if (registers.noFill[vcpu] !== 0) state[`vcpu${vcpu} CD emulation`] = 'no-fill';
  }
  for (const { start, end, type } of [...pins.living()].sort((a, b) => a.start - b.start)) {
    state[`pin ${hex(start)}`] = { pages: hex(end - start), type: MEMORY_TYPE_NAMES[type] };
  }
  return state;
}

interface Leaf {
  readonly level: string;
  /** `?` while it is marked for recalculation. */
  readonly leaf: string;
}

/** The leaf that maps a frame. */
function leafAt(p2m: EptP2m, gfn: number): Leaf | null {
  const region = p2m.regions.find(gfn);
  if (region === null) return null;
  const isMarked = p2m.inspect(region, gfn);
  const leaf = isMarked ? '?' : `${MEMORY_TYPE_NAMES[emtOf(p2m.entry)]}${ignoresPat(p2m.entry) ? '+ipat' : ''}`;
  return { level: LEVEL_NAMES[p2m.level], leaf };
}

/** First frames of runs of equal 4K leaves in a table, or of the one leaf that maps the block. */
function runStarts(p2m: EptP2m, block: number): number[] {
  const starts: number[] = [];
  let last: string | null = null;
  for (let gfn = block; gfn < block + MEGA_PAGES; gfn++) {
    const leaf = leafAt(p2m, gfn);
    const text = leaf === null ? null : `${leaf.level} ${leaf.leaf}`;
    if (text !== null && text !== last) starts.push(gfn);
    if (text !== null && p2m.level !== LEVEL_4K) break;
    last = text;
  }
  return starts;
}

/** EPT: of each region its first leaf, and all that a scenario touched. */
export function leafState(p2m: EptP2m): State {
  const frames = new Set<number>(p2m.touched().flatMap((block) => runStarts(p2m, block)));
  for (let index = 0; index < p2m.regions.count; index++) frames.add(p2m.regions.at(index).start);
  return Object.fromEntries([...frames].sort((a, b) => a - b).map((gfn) => [`gfn ${hex(gfn)}`, leafAt(p2m, gfn)]));
}

/** NPT: of each region its first entry. */
export function nptState(p2m: NptP2m): State {
  const state: Record<string, Leaf> = {};
  for (let index = 0; index < p2m.regions.count; index++) {
    const region = p2m.regions.at(index);
    const level: Level = p2m.levelOf(region, region.start);
    state[`gfn ${hex(region.start)}`] = { level: LEVEL_NAMES[level], leaf: MEMORY_TYPE_NAMES[nestedType(region)] };
  }
  return state;
}

/** Shadow paging: every level-1 entry, by the guest mapping that it shadows. */
export function shadowState(entries: ShadowEntries): State {
  const state: Record<string, Leaf> = {};
  for (const { gfn, bits, entry } of entries.living()) {
    const mapping = bits === UNPAGED ? 'unpaged' : `${LEVEL_NAMES[bits >> 3]} pat ${bits & 7}`;
    state[`gfn ${hex(gfn)} ${mapping}`] = { level: LEVEL_NAMES[LEVEL_4K], leaf: MEMORY_TYPE_NAMES[entry & 7] };
  }
  return state;
}
