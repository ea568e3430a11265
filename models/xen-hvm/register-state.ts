/** The registers of a domain in words, for diffing. */
import { DEF_TYPE, msrName, PHYSBASE0 } from '../contract/msr.js';
import type { State } from '../contract/model.js';
import { MEMORY_TYPE_NAMES } from '../contract/memory-type.js';
import type { MtrrHistory } from './mtrr-history.js';
import { FIXED_ROWS, PAIRS } from './mtrr-state.js';
import type { PinnedRanges } from './pinned-ranges.js';
import type { VcpuRegisters } from './vcpu-registers.js';

const FIXED_MSRS = [0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f];

/** The 64-bit value of two halves. */
function hex(hi: number, lo: number): string {
  const high = (hi >>> 0).toString(16);
  return high === '0' ? `0x${(lo >>> 0).toString(16)}` : `0x${high}${(lo >>> 0).toString(16).padStart(8, '0')}`;
}

export function registerState(
  registers: VcpuRegisters,
  mtrrs: MtrrHistory,
  pins: PinnedRanges,
  guestPat: (vcpu: number) => Int32Array,
): State {
  const state: Record<string, unknown> = {};
  for (let vcpu = 0; vcpu < registers.count; vcpu++) {
    const m = mtrrs.of(vcpu);
    const put = (msr: number, hi: number, lo: number): void => {
      state[`vcpu${vcpu} ${msrName(msr)}`] = hex(hi, lo);
    };
    put(DEF_TYPE, 0, m.defType);
    for (let row = 0; row < FIXED_ROWS; row++) put(FIXED_MSRS[row], m.fixed[2 * row + 1], m.fixed[2 * row]);
    for (let register = 0; register < 2 * PAIRS; register++) {
      put(PHYSBASE0 + register, m.variable[2 * register + 1], m.variable[2 * register]);
    }
    const pat = guestPat(vcpu);
    state[`vcpu${vcpu} PAT`] = hex(pat[2 * vcpu + 1], pat[2 * vcpu]);
    state[`vcpu${vcpu} CR0`] = {
      pg: registers.isPaging(vcpu),
      cd: registers.isCacheDisabled(vcpu),
      nw: registers.isNotWriteThrough(vcpu),
      noFill: registers.noFill[vcpu] !== 0,
    };
  }
  for (const { start, end, type } of pins.living()) {
    state[`pin 0x${start.toString(16)}`] = { pages: `0x${(end - start).toString(16)}`, type: MEMORY_TYPE_NAMES[type] };
  }
  return state;
}
