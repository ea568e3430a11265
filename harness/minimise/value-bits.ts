/** Parts of a 64-bit register value. PAT and the fixed ranges hold one type in each of its eight bytes. */
import type { Value64 } from '../../models/contract/operation.js';

/** The value as one unsigned number. */
export function bitsOf({ hi, lo }: Value64): bigint {
  return (BigInt(hi) << 32n) | BigInt(lo);
}

/** The value of the lowest 64 bits. */
export function value64(bits: bigint): Value64 {
  return { hi: Number(BigInt.asUintN(32, bits >> 32n)), lo: Number(BigInt.asUintN(32, bits)) };
}

/** The value with only the bits of `mask`. */
export function keepBits(value: Value64, mask: Value64): Value64 {
  return { hi: (value.hi & mask.hi) >>> 0, lo: (value.lo & mask.lo) >>> 0 };
}

/** All bits of byte `index`, 0 to 7 from the lowest. */
export function byteMask(index: number): Value64 {
  return index < 4 ? { hi: 0, lo: (0xff << (8 * index)) >>> 0 } : { hi: (0xff << (8 * (index - 4))) >>> 0, lo: 0 };
}

/** The eight bytes, lowest first. */
export function bytesOf({ hi, lo }: Value64): number[] {
  return [lo, hi].flatMap((half) => [0, 8, 16, 24].map((shift) => (half >>> shift) & 0xff));
}

export function swapBytes(value: Value64, a: number, b: number): Value64 {
  const bytes = bytesOf(value);
  [bytes[a], bytes[b]] = [bytes[b], bytes[a]];
  return { hi: joined(bytes.slice(4)), lo: joined(bytes.slice(0, 4)) };
}

function joined([a, b, c, d]: readonly number[]): number {
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}
