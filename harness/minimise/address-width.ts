/** The default MAXPHYADDR, with the variable-range registers rewritten so that they say of it what they said of the old one. */
import type { Operation } from '../../models/contract/operation.js';
import { MACHINE_KEYS } from '../scenario/machine-keys.js';
import type { Scenario } from '../scenario/scenario.js';
import { bitsOf, value64 } from './value-bits.js';
import { isPhysMask, pairOf } from './variable-pairs.js';

export function defaultWidth(scenario: Scenario): Scenario {
  const from = scenario.machine.maxPhysAddr;
  const to = MACHINE_KEYS.maxPhysAddr.default({}) as number;
  const hostPhysAddr = MACHINE_KEYS.hostPhysAddr.default({ maxPhysAddr: to }) as number;
  if (from === to && scenario.machine.hostPhysAddr === hostPhysAddr) return scenario;
  const machine = { ...scenario.machine, maxPhysAddr: to, hostPhysAddr };
  return { ...scenario, machine, steps: scenario.steps.map((step) => rewidened(step, from, to)) };
}

function rewidened(step: Operation, from: number, to: number): Operation {
  if (step.op !== 'write-msr' || pairOf(step) === null || from === to) return step;
  return { ...step, value: value64(atWidth(bitsOf(step.value), isPhysMask(step), from, to)) };
}

/** Reserved bits stay reserved: they move with the width. A mask that reached the old width reaches the new one. */
function atWidth(bits: bigint, isMask: boolean, from: number, to: number): bigint {
  const below = BigInt.asUintN(Math.min(from, to), bits);
  const reserved = (bits >> BigInt(from)) << BigInt(to);
  const reaches = isMask && ((bits >> BigInt(from - 1)) & 1n) === 1n && to > from;
  return below | reserved | (reaches ? (1n << BigInt(to)) - (1n << BigInt(from)) : 0n);
}
