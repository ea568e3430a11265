/** Registers, VMCS fields and L1's table as plain data, for diffing. */
import type { State } from '../contract/model.js';
import { DEF_TYPE, FIX16K_80000, FIX16K_A0000, FIX4K_C0000, FIX64K_00000, msrName, PHYSBASE0 } from '../contract/msr.js';
import type { L1Ept } from './l1-ept.js';
import type { Vcpu } from './vcpu.js';

const sequence = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);
const MTRRS = [
  DEF_TYPE,
  FIX64K_00000,
  FIX16K_80000,
  FIX16K_A0000,
  ...sequence(FIX4K_C0000, 8),
  ...sequence(PHYSBASE0, 16),
] as const;

const hex = ({ hi, lo }: { readonly hi: number; readonly lo: number }) => `0x${((BigInt(hi) << 32n) | BigInt(lo)).toString(16)}`;

/** @param ept null: the guest has no VMX */
export function readableState(vcpus: readonly Vcpu[], ept: L1Ept | null, devices: object): State {
  const state: Record<string, unknown> = {};
  vcpus.forEach((vcpu, number) => {
    for (const msr of MTRRS) state[`vcpu${number} ${msrName(msr)}`] = hex(vcpu.mtrrs.read(msr));
    state[`vcpu${number} PAT`] = hex(vcpu.pat);
    state[`vcpu${number} CR0`] = { pg: vcpu.pg, cd: vcpu.cd, nw: vcpu.nw };
    if (ept === null) return;
    const { guestPat, hostPat, ...controls } = vcpu.vmcs12;
    state[`vcpu${number} VMCS12`] = { ...controls, guestPat: hex(guestPat), hostPat: hex(hostPat) };
    state[`vcpu${number} live PAT`] = { vmcs01: hex(vcpu.pat01), ...(vcpu.isInL2 ? { vmcs02: hex(vcpu.pat02) } : {}) };
    state[`vcpu${number} mode`] = vcpu.isInL2 ? 'L2' : 'L1';
  });
  if (ept !== null) state.ept12 = ept.runs.map((run) => run.toJSON());
  state.devices = devices;
  return state;
}
