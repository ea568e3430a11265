/** Registers and memory of the VM as plain values, for diffing. */
import { LEVEL_NAMES } from '../contract/address.js';
import type { State } from '../contract/model.js';
import * as MSR from '../contract/msr.js';
import { ACCESS_PAUSE_NAMES, CONVERSION_PAUSE_NAMES } from '../contract/operation.js';
import { type GuestRegisters, placeOf } from './guest-registers.js';
import { HOST_MMIO } from './shared-ept.js';
import type { VcpuSet } from './vcpu-set.js';
import type { Vm } from './vm.js';

const hex = (value: number): string => `0x${value.toString(16)}`;

export function stateOf(vm: Vm, vcpus: VcpuSet): State {
  const entries: [string, unknown][] = [];
  for (let vcpu = 0; vcpu < vcpus.count; vcpu++) {
    entries.push(...registerEntries(vcpus.registers[vcpu], vcpu));
    const { pausedAt } = vcpus.accesses[vcpu];
    if (pausedAt !== 0) entries.push([`vcpu${vcpu} paused`, ACCESS_PAUSE_NAMES[pausedAt]]);
  }
  if (!vm.hasPrivateMemory) return Object.fromEntries([...entries, ...leafEntries(vm)]);
  if (vm.invalidation.inProgress > 0)
    entries.push(['invalidation', { inProgress: vm.invalidation.inProgress, frames: vm.invalidation.frames }]);
  if (vm.conversion.isInFlight) entries.push(['conversion paused', CONVERSION_PAUSE_NAMES[vm.conversion.pausedAt]]);
  entries.push(['private frames', vm.attributes.ranges().map(([start, end]) => `${hex(start)} to ${hex(end - 1)}`)]);
  return Object.fromEntries([...entries, ...leafEntries(vm)]);
}

function registerEntries(registers: GuestRegisters, vcpu: number): [string, unknown][] {
  const numbers = [MSR.DEF_TYPE, MSR.PAT, MSR.FIX64K_00000, MSR.FIX16K_80000, MSR.FIX16K_A0000];
  for (let msr = MSR.FIX4K_C0000; msr <= MSR.FIX4K_F8000; msr++) numbers.push(msr);
  for (let msr = MSR.PHYSBASE0; msr < MSR.PHYSBASE0 + 16; msr++) numbers.push(msr);
  const entries: [string, unknown][] = numbers.map((msr) => [
    `vcpu${vcpu} ${MSR.msrName(msr)}`,
    registerValue(registers, placeOf(msr)),
  ]);
  entries.push([`vcpu${vcpu} CR0`, { pg: registers.pg, cd: registers.cd, nw: registers.nw }]);
  return entries;
}

function registerValue(registers: GuestRegisters, place: number): string {
  const hi = registers.valueHi(place);
  const lo = registers.valueLo(place).toString(16);
  return hi === 0 ? `0x${lo}` : `${hex(hi)}${lo.padStart(8, '0')}`;
}

/** Leaves of both EPTs by gfn, the shared one first. */
function leafEntries(vm: Vm): [string, unknown][] {
  const found: { gfn: number; key: string; value: unknown }[] = [];
  const { sharedEpt, secureEpt } = vm;
  for (let leaf = 0; leaf < sharedEpt.leaves.count; leaf++) {
    const gfn = sharedEpt.base(leaf);
    const isHostMmio = sharedEpt.leaves.marks[leaf] === HOST_MMIO;
    found.push({
      gfn,
      key: `gfn ${hex(gfn)}`,
      value: { level: LEVEL_NAMES[sharedEpt.level(leaf)], leaf: isHostMmio ? 'UC' : 'WB' },
    });
  }
  for (let leaf = 0; leaf < secureEpt.leaves.count; leaf++) {
    const gfn = secureEpt.leaves.keys[leaf];
    found.push({
      gfn,
      key: `gfn ${hex(gfn)} private`,
      value: { level: '4K', leaf: 'WB+ipat', pending: secureEpt.isPending(leaf) },
    });
  }
  found.sort((one, other) => one.gfn - other.gfn || (one.key < other.key ? -1 : 1));
  return found.map(({ key, value }) => [key, value]);
}
