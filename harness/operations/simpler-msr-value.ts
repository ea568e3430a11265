/** What is simpler than a register value: fewer fields set, by the register's layout, so that what remains reads as somebody would write it. */
import { DEF_TYPE, PAT } from '../../models/contract/msr.js';
import { UC, UC_MINUS, WB, WC, WP, WT } from '../../models/contract/memory-type.js';
import type { Value64 } from '../../models/contract/operation.js';

/** Simplest first: what reset leaves, then what most memory has. */
const TYPES: readonly number[] = [UC, WB, WC, WT, WP, UC_MINUS];
const TYPE = 0xff;
const FE = 0x400;
const E = 0x800;
const OFFSET = 0xfff;

/** The next simpler values, simplest first; 0 is the simplest of every register. */
export function simplerMsrValue(value: Value64, msr: number): Value64[] {
  if (value.hi === 0 && value.lo === 0) return [];
  const simpler = [{ hi: 0, lo: 0 }, ...fieldwise(value, msr)];
  return simpler.filter((one, index) => !same(one, value) && simpler.findIndex((other) => same(one, other)) === index);
}

function fieldwise(value: Value64, msr: number): Value64[] {
  if (msr === PAT || (msr >= 0x250 && msr <= 0x26f)) return bytewise(value);
  if (msr === DEF_TYPE)
    return [clear(value, 0, FE), clear(value, 0, E), ...typed(value, 0), ...withoutBits(value, 0xffffffff, ~(E | FE | TYPE))];
  if (msr % 2 === 0) return [{ hi: 0, lo: value.lo & OFFSET }, ...typed(value, 0), ...withoutBits(value, 0xffffffff, ~TYPE)];
  return isContiguous(value) ? [] : withoutBits(value, 0xffffffff, 0xffffffff);
}

/** A mask is one thing: V, and address bits from some bit upwards. Without one of them the range falls to pieces. */
function isContiguous({ hi, lo }: Value64): boolean {
  const address = (BigInt(hi) << 32n) | BigInt((lo & ~OFFSET) >>> 0);
  const lowest = address & -address;
  const width = (address + lowest).toString(2);
  return (lo & OFFSET) === E && (address === 0n || (/^10*$/.test(width) && width.length > 36));
}

function bytewise(value: Value64): Value64[] {
  const halves = [clear(value, 0xffffffff, 0), clear(value, 0, 0xffffffff)];
  return [...halves, ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((index) => typed(value, index))];
}

/** The value with a simpler type in one of its bytes, or, of what is no type, with one bit less there. */
function typed(value: Value64, index: number): Value64[] {
  const shift = 8 * (index % 4);
  const half = index < 4 ? value.lo : value.hi;
  const byte = (half >>> shift) & TYPE;
  const known = TYPES.indexOf(byte);
  const simpler = known >= 0 ? TYPES.slice(0, known) : [...TYPES, ...fewerBits(byte)];
  return simpler.map((type) => {
    const other = ((half & ~(TYPE << shift)) | (type << shift)) >>> 0;
    return index < 4 ? { ...value, lo: other } : { ...value, hi: other };
  });
}

function fewerBits(byte: number): number[] {
  return [7, 6, 5, 4, 3, 2, 1, 0].filter((bit) => (byte >> bit) & 1).map((bit) => byte & ~(1 << bit));
}

/** The value without each one of its bits that are in the masks, highest first. */
function withoutBits(value: Value64, hi: number, lo: number): Value64[] {
  const bits = Array.from({ length: 32 }, (_, index) => 1 << (31 - index));
  return [
    ...bits.filter((bit) => value.hi & hi & bit).map((bit) => clear(value, bit, 0)),
    ...bits.filter((bit) => value.lo & lo & bit).map((bit) => clear(value, 0, bit)),
  ];
}

function clear({ hi, lo }: Value64, bitsHi: number, bitsLo: number): Value64 {
  return { hi: (hi & ~bitsHi) >>> 0, lo: (lo & ~bitsLo) >>> 0 };
}

function same(a: Value64, b: Value64): boolean {
  return a.hi === b.hi && a.lo === b.lo;
}
