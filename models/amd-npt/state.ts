/** Registers and mappings for diffing. */
import { LEVEL_NAMES } from '../contract/address.js';
import { MEMORY_TYPE_NAMES } from '../contract/memory-type.js';
import type { State } from '../contract/model.js';
import { DEF_TYPE, FIX16K_80000, FIX16K_A0000, FIX4K_C0000, FIX64K_00000, msrName, PHYSBASE0 } from '../contract/msr.js';
import type { AssignedDevices } from './assigned-devices.js';
import type { ControlRegister } from './control-register.js';
import type { GuestMtrrs } from './guest-mtrrs.js';
import type { GuestPat } from './guest-pat.js';
import { VARIABLE_PAIRS } from './mtrr-msr.js';
import { type NptLeaves, OPEN_TYPE } from './npt-leaves.js';

const MTRRS: readonly number[] = [
  DEF_TYPE,
  FIX64K_00000,
  FIX16K_80000,
  FIX16K_A0000,
  ...Array.from({ length: 8 }, (_, i) => FIX4K_C0000 + i),
  ...Array.from({ length: 2 * VARIABLE_PAIRS }, (_, i) => PHYSBASE0 + i),
];

function hex(hi: number, lo: number): string {
  return `0x${(hi === 0 ? '' : hi.toString(16)) + lo.toString(16).padStart(hi === 0 ? 1 : 8, '0')}`;
}

export function stateOf(
  vcpus: number,
  mtrrs: GuestMtrrs,
  pat: GuestPat,
  cr0: ControlRegister,
  devices: AssignedDevices,
  leaves: NptLeaves,
): State {
  const state: Record<string, unknown> = {};
  for (let vcpu = 0; vcpu < vcpus; vcpu++) {
    for (const msr of MTRRS) {
      state[`vcpu${vcpu} ${msrName(msr)}`] = hex(mtrrs.high(vcpu, msr), mtrrs.low(vcpu, msr));
    }
    state[`vcpu${vcpu} PAT`] = hex(pat.archHi[vcpu], pat.archLo[vcpu]);
    state[`vcpu${vcpu} g_pat`] = hex(pat.vmcbHi[vcpu], pat.vmcbLo[vcpu]);
    state[`vcpu${vcpu} CR0`] = { pg: cr0.pg(vcpu), cd: cr0.cd(vcpu), nw: cr0.nw(vcpu) };
  }
  state.devices = { coherent: devices.coherent, noncoherent: devices.noncoherent };
  addLeaves(state, leaves);
  return state;
}

function addLeaves(state: Record<string, unknown>, leaves: NptLeaves): void {
  const byGfn = Array.from({ length: leaves.count }, (_, leaf) => leaf).sort((a, b) => leaves.gfn(a) - leaves.gfn(b));
  for (const leaf of byGfn) {
    const type = leaves.type(leaf);
    state[`gfn 0x${leaves.gfn(leaf).toString(16)}`] = {
      level: LEVEL_NAMES[leaves.level(leaf)],
      leaf: type === OPEN_TYPE ? 'open' : MEMORY_TYPE_NAMES[type],
    };
  }
}
