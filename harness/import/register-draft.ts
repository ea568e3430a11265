/** What an import makes of registers: a scenario document whose steps write them on vCPU 0, and what had to be assumed. */
import { msrName } from '../../models/contract/msr.js';

/** A scenario before it is checked: JSON of the scenario format without its head. */
export interface Imported {
  readonly machine: Record<string, unknown>;
  readonly steps: readonly Record<string, unknown>[];
  /** In words: what the source says beside the steps, and what had to be assumed. They become the scenario's `origin`. */
  readonly notes: readonly string[];
}

/** The order in which firmware writes: fixed ranges, pairs, default type, then the PAT. */
const FIXED = [0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f];
const DEF_TYPE = 0x2ff;
const PAT = 0x277;
/** Of a variable mask. */
const VALID = 0x800n;
const NARROWEST = 36;
const WIDEST = 52;
/** The scenario format's own default. */
export const DEFAULT_WIDTH = 46;
/** Pairs that a machine has unless it says otherwise. */
const DEFAULT_PAIRS = 8;

export class RegisterDraft {
  readonly notes: string[] = [];
  readonly machine: Record<string, unknown> = {};
  private readonly values = new Map<number, bigint>();

  set(msr: number, value: bigint): void {
    this.values.set(msr, value);
  }

  has(msr: number): boolean {
    return this.values.has(msr);
  }

  get(msr: number): bigint {
    return this.values.get(msr) ?? 0n;
  }

  /** `mask` with or without its V bit. */
  pair(index: number, base: bigint, type: number, mask: bigint): void {
    this.set(0x200 + 2 * index, base | BigInt(type));
    this.set(0x201 + 2 * index, mask | VALID);
  }

  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }

  assume(text: string): void {
    this.note(`assumed: ${text}`);
  }

  /** Of fixed ranges that are enabled. */
  assumeFixed(): void {
    const missing = FIXED.filter((msr) => !this.values.has(msr));
    if (missing.length > 0)
      this.assume(
        `0 (UC) in the fixed MTRRs that the source does not show: ${missing.map((msr) => `0x${msr.toString(16)}`).join(' ')}`,
      );
  }

  /** Pairs beyond those that every machine has. */
  pairs(count: number): void {
    if (count !== DEFAULT_PAIRS && count <= 10) this.machine.vcnt = count;
  }

  width(bits: number): void {
    const width = Math.min(WIDEST, Math.max(NARROWEST, bits));
    if (width !== DEFAULT_WIDTH) this.machine.maxPhysAddr = width;
  }

  /** The address width that the masks tell: their highest bit is the machine's highest. */
  widthFromMasks(fallback = DEFAULT_WIDTH): number {
    const masks = [...this.values].filter(([msr]) => msr >= 0x201 && msr <= 0x21f && msr % 2 === 1).map(([, value]) => value);
    const bits = masks.reduce((most, mask) => Math.max(most, bitLength(mask & ~0xfffn)), 0);
    if (bits < NARROWEST) {
      this.assume(`an address width of ${fallback} bits: no mask tells it`);
      this.width(fallback);
      return fallback;
    }
    this.note(`address width ${bits} bits, the highest bit of the masks`);
    this.width(bits);
    return bits;
  }

  imported(): Imported {
    const pairs = [...this.values.keys()].filter((msr) => msr >= 0x200 && msr <= 0x21f).sort((a, b) => a - b);
    const order = [...FIXED, ...pairs, DEF_TYPE, PAT].filter((msr) => this.values.has(msr) && msrName(msr) !== null);
    return { machine: this.machine, steps: order.map((msr) => writeStep(msr, this.get(msr))), notes: this.notes };
  }
}

export function writeStep(msr: number, value: bigint, vcpu = 0): Record<string, unknown> {
  return { op: 'write-msr', vcpu, msr: `0x${msr.toString(16)}`, value: `0x${value.toString(16)}` };
}

export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}
