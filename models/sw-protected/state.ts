/** Registers and mappings for diffing, keys in a fixed order. */
import { LEVEL_NAMES } from '../contract/address.js';
import { MEMORY_TYPE_NAMES } from '../contract/memory-type.js';
import type { State } from '../contract/model.js';
import { msrName } from '../contract/msr.js';
import { leafOf, typed } from '../contract/observation.js';
import { ACCESS_PAUSE_NAMES, CONVERSION_PAUSE_NAMES, NO_PAUSE } from '../contract/operation.js';
import type { Conversion } from './conversion.js';
import type { DeviceAssignment } from './device-assignment.js';
import type { GuestMemory } from './guest-memory.js';
import type { GuestRegisters } from './guest-registers.js';
import { type Leaves, SHARED_PFN } from './leaves.js';
import type { PageFaults } from './page-fault.js';

const FIRST_MSR = 0x200;
const LAST_MSR = 0x2ff;
const hex = (number: number) => `0x${number.toString(16)}`;
const hex64 = (hi: number, lo: number) => `0x${((BigInt(hi) << 32n) | BigInt(lo)).toString(16)}`;

export function stateOf(
  vcpus: number,
  registers: GuestRegisters,
  devices: DeviceAssignment,
  memory: GuestMemory,
  conversion: Conversion,
  faults: PageFaults,
): State {
  const state: Record<string, unknown> = {};
  for (let vcpu = 0; vcpu < vcpus; vcpu++) {
    registersInto(state, vcpu, registers);
    const pause = faults.pauseOf(vcpu);
    if (pause !== NO_PAUSE) state[`vcpu${vcpu} paused`] = ACCESS_PAUSE_NAMES[pause];
  }
  state.devices = { coherent: devices.coherent, noncoherent: devices.noncoherent };
  if (conversion.at !== NO_PAUSE) state['conversion paused'] = CONVERSION_PAUSE_NAMES[conversion.at];
  const { inProgress, start, end } = memory.invalidation;
  if (inProgress > 0) state.invalidation = { inProgress, frames: `${hex(start)} to ${hex(end - 1)}` };
  state['private frames'] = ranges(memory);
  state['private pages'] = numbers(memory.pages.count, (index) => memory.pages.gfnAt(index)).map(hex);
  for (const index of byBase(memory.leaves)) state[`gfn ${hex(memory.leaves.baseOf(index))}`] = leafState(memory.leaves, index);
  return state;
}

/** Registers in the order of their numbers. Reads leave no trace: `valueHi` and `valueLo` are put back. */
function registersInto(state: Record<string, unknown>, vcpu: number, registers: GuestRegisters): void {
  const { valueHi, valueLo } = registers;
  for (let msr = FIRST_MSR; msr <= LAST_MSR; msr++) {
    const name = msrName(msr);
    if (name === null || !registers.read(vcpu, msr)) continue;
    state[`vcpu${vcpu} ${name}`] = hex64(registers.valueHi, registers.valueLo);
  }
  registers.valueHi = valueHi;
  registers.valueLo = valueLo;
  state[`vcpu${vcpu} CR0`] = { pg: registers.hasPaging(vcpu), cd: registers.hasCd(vcpu), nw: registers.hasNw(vcpu) };
}

function ranges({ attributes }: GuestMemory): string[] {
  return Array.from(
    { length: attributes.count },
    (_, index) => `${hex(attributes.startOf(index))} to ${hex(attributes.endOf(index) - 1)}`,
  );
}

const numbers = (count: number, at: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => at(index)).sort((a, b) => a - b);

const byBase = (leaves: Leaves) =>
  Array.from({ length: leaves.count }, (_, index) => index).sort((a, b) => leaves.baseOf(a) - leaves.baseOf(b));

function leafState(leaves: Leaves, index: number): unknown {
  const leaf = leafOf(typed(0, 0, leaves.wordOf(index), 0));
  return {
    level: LEVEL_NAMES[leaves.levelOf(index)],
    leaf: leaf === null ? '' : `${MEMORY_TYPE_NAMES[leaf.type]}${leaf.ipat ? '+ipat' : ''}`,
    page: leaves.pfnOf(index) === SHARED_PFN ? 'shared' : 'private',
  };
}
