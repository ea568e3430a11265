/** The registers of a scenario's vCPUs as its steps wrote them: which MTRR covers a frame, and how close it ends. No model is asked. */
import type { Gfn } from '../../models/contract/address.js';
import type { Value64 } from '../../models/contract/operation.js';

const PAGES_PER_HALF = 2 ** 20;
const PAIRS_FROM = 0x200;
const PAIRS_END = 0x220;
const VALID = 0x800;
const FIXED_64K = 0x250;
const FIXED_16K = 0x258;
const FIXED_4K = 0x268;

export class WrittenRegisters {
  /** By `vcpu msr`: the last value that was accepted, and the step that wrote it. */
  private readonly written = new Map<string, { readonly value: Value64; readonly step: number }>();

  note(vcpu: number, msr: number, value: Value64, step: number): void {
    this.written.set(`${vcpu} ${msr}`, { value, step });
  }

  value(vcpu: number, msr: number): Value64 | null {
    return this.written.get(`${vcpu} ${msr}`)?.value ?? null;
  }

  /** The step that wrote the register last; -1: none did. */
  writerOf(vcpu: number, msr: number): number {
    return this.written.get(`${vcpu} ${msr}`)?.step ?? -1;
  }

  /** Type bytes that the PAT of the vCPU has; null: never written. */
  patByte(vcpu: number, index: number): number | null {
    const value = this.value(vcpu, 0x277);
    return value === null ? null : ((index < 4 ? value.lo : value.hi) >>> (8 * (index & 3))) & 0xff;
  }

  /** Enabled variable pairs of the vCPU that hold the frame, or a frame beside it: `at` is where the frame lies in the range. */
  pairsAt(vcpu: number, gfn: Gfn): { readonly pair: number; readonly at: 'inside' | 'first' | 'last' | 'before' | 'after' }[] {
    const found: { pair: number; at: 'inside' | 'first' | 'last' | 'before' | 'after' }[] = [];
    for (let msr = PAIRS_FROM; msr < PAIRS_END; msr += 2) {
      const base = this.value(vcpu, msr);
      const mask = this.value(vcpu, msr + 1);
      if (mask === null || (mask.lo & VALID) === 0) continue;
      const holds = (frame: Gfn) => frame >= 0 && matches(frame, base ?? { hi: 0, lo: 0 }, mask);
      const [before, here, after] = [holds(gfn - 1), holds(gfn), holds(gfn + 1)];
      const pair = (msr - PAIRS_FROM) / 2;
      if (here) found.push({ pair, at: before && after ? 'inside' : before ? 'last' : 'first' });
      else if (before || after) found.push({ pair, at: before ? 'after' : 'before' });
    }
    return found;
  }
}

function matches(frame: Gfn, base: Value64, mask: Value64): boolean {
  const high = Math.floor(frame / PAGES_PER_HALF);
  const low = frame % PAGES_PER_HALF;
  return ((high ^ base.hi) & mask.hi) === 0 && ((low ^ (base.lo >>> 12)) & (mask.lo >>> 12)) === 0;
}

/** The fixed-range MTRR whose byte covers a frame below 1 MiB, and which of its eight bytes. */
export function fixedSegment(gfn: Gfn): { readonly msr: number; readonly byte: number } | null {
  if (gfn < 0x80) return { msr: FIXED_64K, byte: gfn >> 4 };
  if (gfn < 0xc0) return { msr: FIXED_16K + ((gfn - 0x80) >> 5), byte: ((gfn - 0x80) >> 2) & 7 };
  return gfn < 0x100 ? { msr: FIXED_4K + ((gfn - 0xc0) >> 3), byte: gfn & 7 } : null;
}

/** The frames that a fixed-range MTRR covers, its end excluded. */
export function fixedRange(msr: number): { readonly gfn: Gfn; readonly end: Gfn } | null {
  if (msr === FIXED_64K) return { gfn: 0, end: 0x80 };
  if (msr === FIXED_16K || msr === FIXED_16K + 1)
    return { gfn: 0x80 + 0x20 * (msr - FIXED_16K), end: 0xa0 + 0x20 * (msr - FIXED_16K) };
  const first = 0xc0 + 8 * (msr - FIXED_4K);
  return msr >= FIXED_4K && msr < FIXED_4K + 8 ? { gfn: first, end: first + 8 } : null;
}

/** What a register is one of. */
export function kindOf(msr: number): string {
  if (msr === 0x277) return 'PAT';
  if (msr === 0x2ff) return 'default type';
  if (msr === 0xfe) return 'MTRRCAP';
  if (msr >= 0x250 && msr <= 0x26f) return 'fixed';
  return msr >= 0x210 ? 'absent pair' : msr % 2 === 0 ? 'base' : 'mask';
}

/** Number of the highest bit that is set; -1: none is. */
export function topBit(hi: number, lo: number): number {
  return hi !== 0 ? 63 - Math.clz32(hi) : 31 - Math.clz32(lo);
}
