/** Pass: variable ranges over everything, or, where that is too wide, the widest that will do, aligned to its size. */
import type { Operation, OperationOf } from '../../models/contract/operation.js';
import type { Scenario } from '../scenario/scenario.js';
import { adoptFirst, adoptMost } from './adoption.js';
import type { Search, Trial } from './search.js';
import { bitsOf, value64 } from './value-bits.js';
import { isPhysMask, pairOf } from './variable-pairs.js';

const PAGE_SHIFT = 12;
const PAGE_OFFSET = 0xfffn;

/** A variable range of a vCPU. */
interface Range {
  readonly vcpu: number;
  readonly pair: number;
}

export function* widenRanges(search: Search): Trial<void> {
  const { maxPhysAddr } = search.scenario.machine;
  yield* adoptMost(search, rangesOf(search.scenario), (scenario, chosen) =>
    chosen.reduce((wide, range) => withoutAddressBits(wide, range, maxPhysAddr), scenario),
  );
  for (const range of rangesOf(search.scenario)) {
    if (masksOf(search.scenario, range) === 0n) continue;
    const exact = aligned(search.scenario, range);
    yield* adoptFirst(search, [exact, atItsBase(exact, range)]);
    yield* widen(search, range);
  }
}

/** Finds by bisection how many of the lowest address bits base and mask can do without. */
function* widen(search: Search, range: Range): Trial<void> {
  let enough = PAGE_SHIFT;
  let tooMany = search.scenario.machine.maxPhysAddr;
  while (tooMany - enough > 1) {
    const middle = (enough + tooMany) >> 1;
    if (yield* search.adopt(withoutAddressBits(search.scenario, range, middle))) enough = middle;
    else tooMany = middle;
  }
}

function rangesOf({ steps }: Scenario): Range[] {
  const ranges = new Map<string, Range>();
  for (const step of steps) {
    const pair = pairOf(step);
    if (step.op === 'write-msr' && pair !== null) ranges.set(`${step.vcpu} ${pair}`, { vcpu: step.vcpu, pair });
  }
  return [...ranges.values()];
}

function isOf(step: Operation, range: Range): step is OperationOf<'write-msr'> {
  return step.op === 'write-msr' && step.vcpu === range.vcpu && pairOf(step) === range.pair;
}

/** Bits below `bit` and above the offset in a page cleared in base and mask. */
function withoutAddressBits(scenario: Scenario, range: Range, bit: number): Scenario {
  const cleared = (1n << BigInt(bit)) - (1n << BigInt(PAGE_SHIFT));
  return withValues(scenario, range, (bits) => bits & ~cleared);
}

/** Masks that reach down to the lowest address bit of the bases: a base that its mask does not cover is odd to read. */
function aligned(scenario: Scenario, range: Range): Scenario {
  const lowest = lowestBit(addresses(scenario, range, false));
  const reach = lowestBit(masksOf(scenario, range));
  const added = lowest > 0n && reach > lowest ? reach - lowest : 0n;
  return withValues(scenario, range, (bits, isMask) => (isMask && bits > PAGE_OFFSET ? bits | added : bits));
}

/** The frame of the last step at the start of the range. */
function atItsBase(scenario: Scenario, range: Range): Scenario {
  const target = scenario.steps[scenario.steps.length - 1];
  const first = Number(addresses(scenario, range, false) >> BigInt(PAGE_SHIFT));
  const move = (step: Operation): Operation =>
    'gfn' in step && 'gfn' in target && step.gfn === target.gfn ? { ...step, gfn: first } : step;
  return { ...scenario, steps: scenario.steps.map(move) };
}

function lowestBit(bits: bigint): bigint {
  return bits & -bits;
}

function masksOf(scenario: Scenario, range: Range): bigint {
  return addresses(scenario, range, true);
}

/** The address bits of all values written to the masks, or the bases, of a range. */
function addresses({ steps }: Scenario, range: Range, ofMasks: boolean): bigint {
  const written = steps.flatMap((step) => (isOf(step, range) && isPhysMask(step) === ofMasks ? [bitsOf(step.value)] : []));
  return written.reduce((all, bits) => all | bits, 0n) & ~PAGE_OFFSET;
}

function withValues(scenario: Scenario, range: Range, change: (bits: bigint, isMask: boolean) => bigint): Scenario {
  const changed = (step: Operation): Operation =>
    isOf(step, range) ? { ...step, value: value64(change(bitsOf(step.value), isPhysMask(step))) } : step;
  return { ...scenario, steps: scenario.steps.map(changed) };
}
