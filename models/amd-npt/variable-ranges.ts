/**
 * Variable MTRRs as ranges of frames, and the list of the valid ones.
 * Linux v4.12 arch/x86/kvm/mtrr.c, var_mtrr_range() and set_var_mtrr_msr(): a range is [start, end) from a base that is not masked and a
 * mask that is taken to be contiguous; the list is sorted by the raw base, type byte included, highest first.
 */
import { VARIABLE_PAIRS } from './mtrr-msr.js';

const VCPUS = 8;
const VALID = 0x800;

export class VariableRanges {
  /** All that a new VM starts without: one block of memory, cleared at once. */
  private readonly memory = new ArrayBuffer(VCPUS * (VARIABLE_PAIRS * 19 + 1));
  private readonly cleared = new Uint8Array(this.memory);
  /** Two words an MSR, low half first; base of pair i at 4 * i, its mask at 4 * i + 2. */
  private readonly words = new Uint32Array(this.memory, 0, VCPUS * VARIABLE_PAIRS * 4);
  /** [start, end) in frames, by 8 * vcpu + pair; kept up to date only where the kernel looks at ranges. */
  readonly start = new Float64Array(VCPUS * VARIABLE_PAIRS);
  readonly end = new Float64Array(VCPUS * VARIABLE_PAIRS);
  /** Pairs of the list "head" in its order, by 8 * vcpu + position. */
  readonly order = new Uint8Array(this.memory, VCPUS * VARIABLE_PAIRS * 16, VCPUS * VARIABLE_PAIRS);
  readonly count = new Uint8Array(this.memory, VCPUS * VARIABLE_PAIRS * 19, VCPUS);
  /** Whether the list node of a pair was ever linked: it is zero before. */
  readonly everLinked = new Uint8Array(this.memory, VCPUS * VARIABLE_PAIRS * 17, VCPUS * VARIABLE_PAIRS);
  private readonly maskWritten = new Uint8Array(this.memory, VCPUS * VARIABLE_PAIRS * 18, VCPUS * VARIABLE_PAIRS);
  /** Bits of the high half within the width that masks are extended to. */
  private widthHi = 0;
  private extendsUnwritten = false;

  /**
   * @param maskWidth physical address bits by which masks are extended with ones to the left.
   * @param extendsUnwritten a mask that was never written is extended too (at use, before Linux 4.4); else its range is empty.
   */
  reset(maskWidth: number, extendsUnwritten: boolean): void {
    this.cleared.fill(0);
    this.widthHi = 2 ** (maskWidth - 32) - 1;
    this.extendsUnwritten = extendsUnwritten;
  }

  high(vcpu: number, register: number): number {
    return this.words[vcpu * VARIABLE_PAIRS * 4 + 2 * register + 1];
  }
  low(vcpu: number, register: number): number {
    return this.words[vcpu * VARIABLE_PAIRS * 4 + 2 * register];
  }
  /** Type of a pair. */
  type(vcpu: number, pair: number): number {
    return this.low(vcpu, 2 * pair) & 0xff;
  }
  /** var_mtrr_range_is_valid(). */
  private isValid(vcpu: number, pair: number): boolean {
    return (this.low(vcpu, 2 * pair + 1) & VALID) !== 0;
  }

  /** set_var_mtrr_msr(). @param register 2 * pair for the base, 2 * pair + 1 for the mask. */
  store(vcpu: number, register: number, hi: number, lo: number, followsRanges: boolean): void {
    const pair = register >> 1;
    if (followsRanges && this.isValid(vcpu, pair)) this.unlink(vcpu, pair);
    this.words[vcpu * VARIABLE_PAIRS * 4 + 2 * register] = lo;
    this.words[vcpu * VARIABLE_PAIRS * 4 + 2 * register + 1] = hi;
    if (!followsRanges) return;
    if (register % 2 === 1) this.maskWritten[vcpu * VARIABLE_PAIRS + pair] = 1;
    this.measure(vcpu, pair);
    if (this.isValid(vcpu, pair)) this.link(vcpu, pair);
  }

  /** A new vCPU: nothing linked, no mask written, the registers still at hand to be loaded. */
  forgetOrder(vcpu: number): void {
    const first = vcpu * VARIABLE_PAIRS;
    this.count[vcpu] = 0;
    this.everLinked.fill(0, first, first + VARIABLE_PAIRS);
    this.maskWritten.fill(0, first, first + VARIABLE_PAIRS);
  }

  /** var_mtrr_range(): start = base & PAGE_MASK; end = (start | ~mask) + 1. */
  private measure(vcpu: number, pair: number): void {
    const i = vcpu * VARIABLE_PAIRS + pair;
    const baseHi = this.high(vcpu, 2 * pair);
    const baseLo = this.low(vcpu, 2 * pair);
    this.start[i] = baseHi * 0x100000 + (baseLo >>> 12);
    if (this.maskWritten[i] === 0 && !this.extendsUnwritten) {
      this.end[i] = 0; // ~0 + 1
      return;
    }
    const lastHi = baseHi | (~this.high(vcpu, 2 * pair + 1) & this.widthHi);
    const lastLo = (baseLo >>> 12) | (~this.low(vcpu, 2 * pair + 1) >>> 12);
    this.end[i] = lastHi * 0x100000 + lastLo + 1;
  }

  private unlink(vcpu: number, pair: number): void {
    const first = vcpu * VARIABLE_PAIRS;
    let at = first;
    const last = first + this.count[vcpu] - 1;
    while (at <= last && this.order[at] !== pair) at++;
    if (at > last) return;
    for (; at < last; at++) this.order[at] = this.order[at + 1];
    this.count[vcpu]--;
  }

  /** Before the first entry whose base is not above its own. */
  private link(vcpu: number, pair: number): void {
    const first = vcpu * VARIABLE_PAIRS;
    let at = first + this.count[vcpu];
    while (at > first && !this.isBelow(vcpu, pair, this.order[at - 1])) {
      this.order[at] = this.order[at - 1];
      at--;
    }
    this.order[at] = pair;
    this.count[vcpu]++;
    this.everLinked[first + pair] = 1;
  }

  /** Whether the raw base of `pair` is below that of `other`. */
  private isBelow(vcpu: number, pair: number, other: number): boolean {
    const hi = this.high(vcpu, 2 * pair);
    const otherHi = this.high(vcpu, 2 * other);
    return hi === otherHi ? this.low(vcpu, 2 * pair) < this.low(vcpu, 2 * other) : hi < otherHi;
  }
}
