/** What is odd about variable ranges, in words: holes in a mask, bases that are not aligned, ranges over each other. */
import { MEMORY_TYPE_NAMES } from '../../models/contract/memory-type.js';
import type { Scenario } from '../scenario/scenario.js';
import { type FrameRange, maskPieces } from './variable-mask.js';

export interface MapNote {
  readonly kind: 'hole' | 'alignment' | 'overlap' | 'cut';
  readonly text: string;
}

interface VariableRange {
  readonly pair: number;
  readonly base: bigint;
  readonly mask: bigint;
  readonly type: string;
}

const VALID = 0x800n;
const MOST_PIECES = 256;
const MOST_TOLD = 4;

/** Of the values that the vCPU wrote last. */
export function mtrrNotes(scenario: Scenario, steps: number, vcpu: number): MapNote[] {
  const { maxPhysAddr } = scenario.machine;
  const ranges = rangesOf(scenario, steps, vcpu);
  return [
    ...ranges.flatMap((range) => [...holeNote(range, maxPhysAddr), ...alignmentNote(range)]),
    ...ranges.flatMap((range, index) => ranges.slice(0, index).flatMap((other) => overlapNote(range, other, maxPhysAddr))),
  ];
}

function rangesOf(scenario: Scenario, steps: number, vcpu: number): VariableRange[] {
  const values = new Map<number, bigint>();
  for (const step of scenario.steps.slice(0, steps))
    if (step.op === 'write-msr' && step.vcpu === vcpu && step.msr >= 0x200 && step.msr <= 0x21f)
      values.set(step.msr, (BigInt(step.value.hi) << 32n) | BigInt(step.value.lo));
  return Array.from({ length: 16 }, (_, pair) => pair).flatMap((pair): VariableRange[] => {
    const base = values.get(0x200 + 2 * pair) ?? 0n;
    const mask = values.get(0x201 + 2 * pair) ?? 0n;
    if ((mask & VALID) === 0n) return [];
    return [{ pair, base: base & ~0xfffn, mask: mask & ~0xfffn, type: MEMORY_TYPE_NAMES[Number(base & 0xffn)] ?? 'reserved' }];
  });
}

/** Also where the highest bits are missing: a mask that is narrower than the address width repeats the range. */
function holeNote({ pair, base, mask, type }: VariableRange, width: number): MapNote[] {
  const { ranges, holes } = maskPieces(base, mask, width, MOST_PIECES);
  if (holes.length === 0) return [];
  const told = ranges.slice(0, MOST_TOLD).map(rangeText);
  const more =
    ranges.length > MOST_TOLD || ranges.length === MOST_PIECES
      ? ` and ${ranges.length === MOST_PIECES ? 'more' : `${ranges.length - MOST_TOLD} more`}`
      : '';
  const gaps = ranges.slice(1, MOST_TOLD).map((range, index) => rangeText({ start: ranges[index].end, end: range.start }));
  const bits = holes.length === 1 ? `a hole at bit ${holes[0]}` : `holes at bits ${holes.join(' ')}`;
  const between = gaps.length > 0 ? `; not ${gaps.join(', ')}${more === '' ? '' : ', ...'}` : '';
  return [
    {
      kind: 'hole',
      text: `MTRRphysMask${pair} ${hex(mask)} has ${bits}: as hardware matches it, the ${type} range is ${told.join(', ')}${more}${between}`,
    },
  ];
}

function alignmentNote({ pair, base, mask }: VariableRange): MapNote[] {
  if ((base & mask) === base) return [];
  return [
    {
      kind: 'alignment',
      text: `MTRRphysBase${pair} ${hex(base)} has bits where its mask ${hex(mask)} has none: hardware matches from ${hex(base & mask)} on`,
    },
  ];
}

function overlapNote(upper: VariableRange, lower: VariableRange, width: number): MapNote[] {
  const [one, other] = [upper, lower].map(({ base, mask }) => maskPieces(base, mask, width, MOST_PIECES).ranges);
  const shared = one.flatMap((a) =>
    other.flatMap((b) =>
      a.start < b.end && b.start < a.end ? [{ start: Math.max(a.start, b.start), end: Math.min(a.end, b.end) }] : [],
    ),
  );
  if (shared.length === 0) return [];
  const told = shared.slice(0, MOST_TOLD).map(rangeText);
  const more = shared.length > MOST_TOLD ? ' and more' : '';
  return [
    {
      kind: 'overlap',
      text: `MTRRphysBase${lower.pair} (${lower.type}) and MTRRphysBase${upper.pair} (${upper.type}) overlap in ${told.join(', ')}${more}`,
    },
  ];
}

export function rangeText({ start, end }: FrameRange): string {
  return `[${address(start)}, ${address(end)})`;
}

/** The address of a frame's first byte. */
export function address(frame: number): string {
  return `0x${(frame * 4096).toString(16).padStart(8, '0')}`;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
