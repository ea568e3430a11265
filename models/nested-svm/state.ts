/** Registers, VMCBs and L1's table as plain data, for diffing. */
import type { State } from '../contract/model.js';
import { DEF_TYPE, FIX16K_80000, FIX16K_A0000, FIX4K_C0000, FIX64K_00000, msrName, PHYSBASE0 } from '../contract/msr.js';
import type { AssignedDevices } from './assigned-devices.js';
import type { L1Table } from './l1-table.js';
import type { Vcpu } from './vcpu.js';

const MTRRS: readonly number[] = [
  DEF_TYPE,
  FIX64K_00000,
  FIX16K_80000,
  FIX16K_A0000,
  ...Array.from({ length: 8 }, (_, i) => FIX4K_C0000 + i),
  ...Array.from({ length: 16 }, (_, i) => PHYSBASE0 + i),
];

export function readableState(
  vcpus: readonly Vcpu[],
  table: L1Table,
  isNested: boolean,
  { coherent, noncoherent }: AssignedDevices,
): State {
  const state: Record<string, unknown> = {};
  vcpus.forEach((vcpu, number) => {
    for (const msr of MTRRS) state[`vcpu${number} ${msrName(msr)}`] = hex(vcpu.mtrrs.half(msr, true), vcpu.mtrrs.half(msr, false));
    state[`vcpu${number} PAT`] = hex(vcpu.pat.hi, vcpu.pat.lo);
    state[`vcpu${number} CR0`] = { pg: vcpu.pg, cd: vcpu.cd, nw: vcpu.nw };
    if (isNested) addNested(state, number, vcpu);
  });
  if (isNested) state.l1Table = table.state();
  state.devices = { coherent, noncoherent };
  return state;
}

function addNested(state: Record<string, unknown>, number: number, vcpu: Vcpu): void {
  vcpu.pages.forEach(({ np, npClean, gPatHi, gPatLo, isPaged }, page) => {
    state[`vcpu${number} VMCB${page}`] = { np, gpat: hex(gPatHi, gPatLo), npClean, pg: isPaged };
  });
  state[`vcpu${number} vmcb02 g_pat`] = hex(vcpu.pat02.hi, vcpu.pat02.lo);
  state[`vcpu${number} last VMCB`] = vcpu.lastPage;
  state[`vcpu${number} mode`] = vcpu.isInL2 ? { l2: vcpu.page, separatePat: vcpu.isSeparate } : 'L1';
}

function hex(hi: number, lo: number): string {
  return `0x${(BigInt(hi) * 0x100000000n + BigInt(lo)).toString(16)}`;
}
