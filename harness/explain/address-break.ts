/** Frames at which a memory type can change: ends of regions and fixed ranges, of variable ranges as hardware and as KVM read them, of leaves. */
import type { Machine } from '../../models/contract/machine.js';
import type { Operation } from '../../models/contract/operation.js';
import type { Scenario } from '../scenario/scenario.js';
import { maskPieces } from './variable-mask.js';

const FOUR_GIB = 0x100000;
/** 4 KiB frames of 2 MiB and 1 GiB. */
const LARGE = [512, 262144];
/** Boundaries beyond so many are left out: a mask with a dozen holes alone makes thousands of ranges. */
export const MOST_BREAKS = 4096;

export interface AddressBreaks {
  /** Ascending; the first is 0, the last the end of the address space. */
  readonly frames: readonly number[];
  /** Some were left out. */
  readonly isCut: boolean;
}

/** @param steps number of steps that were done */
export function addressBreaks({ machine, steps: all }: Scenario, steps: number): AddressBreaks {
  const end = 2 ** (machine.maxPhysAddr - 12);
  const frames = new Set<number>([0, end, FOUR_GIB]);
  const add = (...found: number[]) => {
    for (const frame of found) if (frame > 0 && frame < end && Number.isInteger(frame)) frames.add(frame);
  };
  add(...fixedEnds(), ...machineEnds(machine));
  const done = all.slice(0, steps);
  for (const step of done) add(...stepEnds(step));
  let isCut = false;
  for (const { base, mask } of rangesWritten(done)) {
    const pieces = maskPieces(base, mask, machine.maxPhysAddr, MOST_BREAKS);
    isCut ||= pieces.isCut;
    for (const piece of pieces.ranges) add(piece.start, piece.end);
    // Linux takes the range from its base on, whatever holes the mask has.
    const first = Number(base >> 12n);
    const span = Number(((1n << BigInt(machine.maxPhysAddr)) - 1n) & ~mask & ~0xfffn) / 4096;
    add(first, first + span + 1, Number((base | (~mask & ((1n << BigInt(machine.maxPhysAddr)) - 1n))) >> 12n) + 1);
  }
  const sorted = [...frames].sort((a, b) => a - b);
  if (sorted.length > MOST_BREAKS) return { frames: [...sorted.slice(0, MOST_BREAKS), end], isCut: true };
  return { frames: sorted, isCut };
}

function fixedEnds(): number[] {
  const ends = Array.from({ length: 8 }, (_, index) => 0x10 * (index + 1));
  for (let frame = 0x84; frame <= 0xc0; frame += 4) ends.push(frame);
  for (let frame = 0xc1; frame <= 0x100; frame++) ends.push(frame);
  return ends;
}

function machineEnds({ regions, topMem2 }: Machine): number[] {
  const tom2 = topMem2.hi * 2 ** 20 + Math.floor(topMem2.lo / 4096);
  return [
    tom2,
    ...regions.flatMap(({ gfn, pages, specialOffset, specialPages }) => [
      gfn,
      gfn + pages,
      gfn + specialOffset,
      gfn + specialOffset + specialPages,
    ]),
  ];
}

/** Ranges of host operations; of accesses the pages of every size around the frame, which a leaf may map. */
function stepEnds(step: Operation): number[] {
  if (!('gfn' in step)) return [];
  if ('pages' in step) return [step.gfn, step.gfn + step.pages];
  return [step.gfn, step.gfn + 1, ...LARGE.flatMap((size) => [step.gfn - (step.gfn % size), step.gfn - (step.gfn % size) + size])];
}

/** Every base with every mask of its pair: which of them hold is the models' say. */
function rangesWritten(steps: readonly Operation[]): { base: bigint; mask: bigint }[] {
  const bases = new Map<number, Set<bigint>>();
  const masks = new Map<number, Set<bigint>>();
  for (const step of steps) {
    if (step.op !== 'write-msr' || step.msr < 0x200 || step.msr > 0x21f) continue;
    const values = step.msr % 2 === 0 ? bases : masks;
    const pair = (step.msr - 0x200) >> 1;
    const known = values.get(pair) ?? new Set();
    values.set(pair, known.add((BigInt(step.value.hi) << 32n) | BigInt(step.value.lo)));
  }
  return [...masks].flatMap(([pair, own]) =>
    [...own]
      .filter((mask) => (mask & 0x800n) !== 0n)
      .flatMap((mask) =>
        [...(bases.get(pair) ?? new Set([0n])), 0n].map((base) => ({ base: base & ~0xfffn, mask: mask & ~0xfffn })),
      ),
  );
}
