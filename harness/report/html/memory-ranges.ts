/** What a minimal scenario says about guest memory, as ranges of frames: backing, MTRRs as written, operations on ranges. */
import type { Value64 } from '../../../models/contract/operation.js';
import { BACKING_NAMES } from '../../../models/contract/machine.js';
import { MEMORY_TYPE_NAMES } from '../../../models/contract/memory-type.js';
import {
  DEF_TYPE,
  FIX16K_80000,
  FIX16K_A0000,
  FIX4K_C0000,
  FIX4K_F8000,
  FIX64K_00000,
  PHYSBASE0,
} from '../../../models/contract/msr.js';
import { stepInWords } from '../../operations/registry.js';
import type { Scenario } from '../../scenario/scenario.js';

export interface MemoryRange {
  readonly lane: 'backing' | 'mtrr' | 'step';
  /** Frames from `first` to below `end`. */
  readonly first: number;
  readonly end: number;
  readonly label: string;
  /** What a reader sees who asks for more. */
  readonly detail: string;
  /** Memory type or backing, for its colour. */
  readonly kind: string;
}

const PAIRS = 8;
const VALID = 0x800;
const FRAME = 4096n;

/** All that stands in the scenario up to and with step `last`; later steps do not bear on it. */
export function memoryRanges(scenario: Scenario, last: number): MemoryRange[] {
  const limit = 2 ** (scenario.machine.maxPhysAddr - 12);
  return [...backings(scenario), ...mtrrs(scenario, last, limit), ...touched(scenario, last)];
}

function backings({ machine }: Scenario): MemoryRange[] {
  return machine.regions.flatMap((region): MemoryRange[] => {
    const { gfn, pages, specialOffset, specialPages } = region;
    const name = BACKING_NAMES[region.backing];
    const detail = `backing ${name}, host MTRR ${MEMORY_TYPE_NAMES[region.hostMtrr]}`;
    const whole: MemoryRange = { lane: 'backing', first: gfn, end: gfn + pages, label: name, detail, kind: name };
    if (specialPages === 0) return [whole];
    const first = gfn + specialOffset;
    return [whole, { ...whole, first, end: first + specialPages, label: 'special', detail: 'special pages', kind: 'special' }];
  });
}

/** The registers' last values by vCPU and MSR, in the order of first writing. */
function registers({ steps }: Scenario, last: number): { vcpu: number; msr: number; value: Value64 }[] {
  const written = new Map<string, { vcpu: number; msr: number; value: Value64 }>();
  steps.slice(0, last + 1).forEach((step) => {
    if (step.op === 'write-msr') written.set(`${step.vcpu} ${step.msr}`, step);
  });
  return [...written.values()];
}

function mtrrs(scenario: Scenario, last: number, limit: number): MemoryRange[] {
  const written = registers(scenario, last);
  const lowOf = (vcpu: number, msr: number) => written.find((known) => known.vcpu === vcpu && known.msr === msr)?.value;
  return written.flatMap(({ vcpu, msr, value }): MemoryRange[] => {
    const owner = scenario.machine.vcpus > 1 ? `vcpu${vcpu} ` : '';
    const fixed = fixedSpan(msr);
    if (fixed !== null) return fixedRanges(fixed, value, owner);
    const pair = Math.floor((msr - PHYSBASE0) / 2);
    if (pair < 0 || pair >= PAIRS || msr % 2 === 0) return [];
    const base = lowOf(vcpu, msr - 1) ?? { hi: 0, lo: 0 };
    return (value.lo & VALID) === 0 ? [] : [variableRange(pair, base, value, owner, limit)];
  });
}

/** A range as its writer meant it; of a mask with holes the first piece. Source: SDM vol. 3, "Variable Range MTRRs". */
function variableRange(pair: number, base: Value64, mask: Value64, owner: string, limit: number): MemoryRange {
  const whole = ({ hi, lo }: Value64) => (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
  const kept = (whole(mask) / FRAME) & BigInt(limit - 1);
  const lowest = kept & -kept;
  const pages = kept === 0n ? BigInt(limit) : lowest;
  const first = (whole(base) / FRAME) & kept;
  const holed = kept !== 0n && kept + lowest !== BigInt(limit);
  const type = MEMORY_TYPE_NAMES[base.lo & 7];
  return {
    lane: 'mtrr',
    first: Number(first),
    end: Math.min(limit, Number(first + pages)),
    label: `${pair} ${type}`,
    detail: `${owner}variable MTRR ${pair}: ${type}${holed ? ' (mask with holes: the first piece)' : ''}`,
    kind: type,
  };
}

interface FixedSpan {
  readonly first: number;
  /** Frames of each of the eight fields. */
  readonly pages: number;
}

/** Source: SDM vol. 3, "Fixed Range MTRRs". */
function fixedSpan(msr: number): FixedSpan | null {
  if (msr === FIX64K_00000) return { first: 0, pages: 16 };
  if (msr === FIX16K_80000) return { first: 0x80, pages: 4 };
  if (msr === FIX16K_A0000) return { first: 0xa0, pages: 4 };
  if (msr < FIX4K_C0000 || msr > FIX4K_F8000) return null;
  return { first: 0xc0 + 8 * (msr - FIX4K_C0000), pages: 1 };
}

/** Neighbours of one type as one range. */
function fixedRanges({ first, pages }: FixedSpan, { hi, lo }: Value64, owner: string): MemoryRange[] {
  const types = Array.from({ length: 8 }, (_, field) => ((field < 4 ? lo : hi) >>> (8 * (field % 4))) & 7);
  const starts = types
    .map((type, field) => ({ type, field }))
    .filter(({ type, field }) => field === 0 || types[field - 1] !== type);
  return starts.map(({ type, field }, index): MemoryRange => {
    const name = MEMORY_TYPE_NAMES[type];
    const end = starts[index + 1]?.field ?? 8;
    return {
      lane: 'mtrr',
      first: first + field * pages,
      end: first + end * pages,
      label: `fix ${name}`,
      detail: `${owner}fixed MTRRs: ${name}`,
      kind: name,
    };
  });
}

function touched({ steps }: Scenario, last: number): MemoryRange[] {
  return steps.slice(0, last + 1).flatMap((step, index): MemoryRange[] => {
    if (!('gfn' in step)) return [];
    const end = step.gfn + ('pages' in step ? step.pages : 1);
    return [
      { lane: 'step', first: step.gfn, end, label: `#${index}`, detail: `step ${index}: ${stepInWords(step)}`, kind: step.op },
    ];
  });
}

/** `MTRRdefType` as the scenario leaves it, or null if nobody writes it: `vcpu0: default WB, enabled, fixed ranges enabled`. */
export function defaultTypeText(scenario: Scenario, last: number): string {
  const written = registers(scenario, last).filter(({ msr }) => msr === DEF_TYPE);
  if (written.length === 0) return 'MTRRs stay disabled, as at reset';
  return written
    .map(({ vcpu, value: { lo } }) => {
      const enabled = (lo & 0x800) !== 0;
      const fixed = (lo & 0x400) !== 0;
      return `vcpu${vcpu}: MTRRs ${enabled ? 'enabled' : 'disabled'}, fixed ranges ${fixed ? 'enabled' : 'disabled'}, default ${MEMORY_TYPE_NAMES[lo & 7]}`;
    })
    .join('; ');
}
