/** The default MAXPHYADDR, with the variable-range registers rewritten so that they say of it what they said of the old one. */
import { PHYSBASE0 } from '../../models/contract/msr.js';
import type { Operation, Value64 } from '../../models/contract/operation.js';
import { MACHINE_KEYS } from '../scenario/machine-keys.js';
import type { Scenario } from '../scenario/scenario.js';

const LAST_PHYSMASK = 0x21f;

export function defaultWidth(scenario: Scenario): Scenario {
  const from = scenario.machine.maxPhysAddr;
  const to = MACHINE_KEYS.maxPhysAddr.default({}) as number;
  const hostPhysAddr = MACHINE_KEYS.hostPhysAddr.default({ maxPhysAddr: to }) as number;
  if (from === to && scenario.machine.hostPhysAddr === hostPhysAddr) return scenario;
  const machine = { ...scenario.machine, maxPhysAddr: to, hostPhysAddr };
  return { ...scenario, machine, steps: scenario.steps.map((step) => rewidened(step, from, to)) };
}

function rewidened(step: Operation, from: number, to: number): Operation {
  if (step.op !== 'write-msr' || step.msr < PHYSBASE0 || step.msr > LAST_PHYSMASK || from === to) return step;
  return { ...step, value: atWidth(step.value, step.msr % 2 === 1, from, to) };
}

/** Reserved bits stay reserved: they move with the width. A mask that reached the old width reaches the new one. */
function atWidth({ hi, lo }: Value64, isMask: boolean, from: number, to: number): Value64 {
  const bits = (BigInt(hi) << 32n) | BigInt(lo);
  const below = BigInt.asUintN(Math.min(from, to), bits);
  const reserved = (bits >> BigInt(from)) << BigInt(to);
  const reaches = isMask && ((bits >> BigInt(from - 1)) & 1n) === 1n && to > from;
  const added = reaches ? (1n << BigInt(to)) - (1n << BigInt(from)) : 0n;
  const value = BigInt.asUintN(64, below | reserved | added);
  return { hi: Number(value >> 32n), lo: Number(value & 0xffffffffn) };
}
