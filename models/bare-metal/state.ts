/** Registers and devices as plain data, for diffing. Bare metal maps no frame; which are backed the scenario says. */
import {
  msrName,
  DEF_TYPE,
  FIX16K_80000,
  FIX16K_A0000,
  FIX4K_C0000,
  FIX4K_F8000,
  FIX64K_00000,
  PAT,
  PHYSBASE0,
} from '../contract/msr.js';
import type { State } from '../contract/model.js';
import type { AssignedDevices } from './assigned-devices.js';
import type { LogicalProcessor } from './logical-processor.js';
import { MOST_PAIRS } from './mtrr-registers.js';

/** MSRs in the order of MTRR precedence, then the PAT. */
const MSRS: readonly number[] = [
  DEF_TYPE,
  FIX64K_00000,
  FIX16K_80000,
  FIX16K_A0000,
  ...consecutive(FIX4K_C0000, FIX4K_F8000),
  ...consecutive(PHYSBASE0, PHYSBASE0 + 2 * MOST_PAIRS - 1),
  PAT,
];

/** @param processors one a vCPU @param addNested adds what L1 holds for L2 */
export function readableState(
  processors: readonly LogicalProcessor[],
  { coherent, noncoherent }: AssignedDevices,
  addNested: (state: Record<string, unknown>) => void,
): State {
  const state: Record<string, unknown> = {};
  processors.forEach((cpu, number) => {
    addRegisters(state, number, cpu);
  });
  addNested(state);
  state.devices = { coherent, noncoherent };
  return state;
}

/** Adds the registers of vCPU `number`; those that the processor does not have are left out. */
function addRegisters(state: Record<string, unknown>, number: number, cpu: LogicalProcessor): void {
  for (const msr of MSRS) {
    if (cpu.isPatOpen && msr === PAT) state[`vcpu${number} PAT`] = 'open';
    else if (cpu.readFault(msr) === 0) state[`vcpu${number} ${msrName(msr)}`] = hex64(cpu.half(msr, true), cpu.half(msr, false));
  }
  state[`vcpu${number} CR0`] = { pg: cpu.pg, cd: cpu.cd, nw: cpu.nw };
}

function consecutive(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

export function hex64(hi: number, lo: number): string {
  return hi === 0 ? `0x${lo.toString(16)}` : `0x${hi.toString(16)}${lo.toString(16).padStart(8, '0')}`;
}
