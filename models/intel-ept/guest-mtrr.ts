import type { Machine } from '../contract/machine.js';
import { FIX4K_C0000, FIX16K_80000, FIX16K_A0000, FIX64K_00000, PHYSBASE0 } from '../contract/msr.js';
import type { Version } from './switches.js';

export const FIXED_RANGES = 88;
export const VARIABLE_RANGES = 8;
const VCPUS = 8;
/** Variable pairs of all vCPUs. */
const PAIRS = VCPUS * VARIABLE_RANGES;
const PAGES_PER_2_32 = 2 ** 20;
/** A range end that wraps to 0 in 64 bits is this many pages. */
const PAGES_PER_2_64 = 2 ** 52;

/**
 * The MTRRs of every vCPU as KVM stores them, and its list of enabled variable ranges.
 * Arrays are indexed by vcpu * 8 + pair, or vcpu * 88 + fixed range. Values have passed mtrr-validity.ts.
 * Linux v6.6 arch/x86/include/asm/kvm_host.h, struct kvm_mtrr.
 */
export class GuestMtrr {
  /** All registers and ranges below: one block of memory, cleared at once. */
  private readonly memory = new ArrayBuffer(36 * PAIRS + 12 * VCPUS + VCPUS * FIXED_RANGES);
  private readonly bytes = new Uint8Array(this.memory);

  /** First gfn of a variable range and the gfn after its last; see var_mtrr_range() below. Valid in versions with `mtrr_iter`. */
  readonly start = new Float64Array(this.memory, 0, PAIRS);
  readonly end = new Float64Array(this.memory, 8 * PAIRS, PAIRS);
  readonly fixed = new Uint8Array(this.memory, 36 * PAIRS + 12 * VCPUS, VCPUS * FIXED_RANGES);
  readonly baseHi = new Uint32Array(this.memory, 16 * PAIRS, PAIRS);
  readonly baseLo = new Uint32Array(this.memory, 20 * PAIRS, PAIRS);
  readonly maskHi = new Uint32Array(this.memory, 24 * PAIRS, PAIRS);
  readonly maskLo = new Uint32Array(this.memory, 28 * PAIRS, PAIRS);
  readonly defTypeHi = new Uint32Array(this.memory, 32 * PAIRS, VCPUS);
  readonly defTypeLo = new Uint32Array(this.memory, 32 * PAIRS + 4 * VCPUS, VCPUS);

  /** Pairs (0 to 7) in the order of `mtrr_state->head`, `listLength` of them per vCPU. */
  readonly list = new Uint8Array(this.memory, 32 * PAIRS + 8 * VCPUS, PAIRS);
  readonly listLength = new Uint8Array(this.memory, 33 * PAIRS + 8 * VCPUS, VCPUS);
  /** 1: the pair was in the list at some time, so that its list node is no longer all 0. */
  readonly wasListed = new Uint8Array(this.memory, 33 * PAIRS + 9 * VCPUS, PAIRS);

  /** Upper halves of the addresses that guest and host can have: bits MAXPHYADDR-1:32. */
  guestAddressHi = 0;
  hostAddressHi = 0;
  /** Guest CPUID.MTRR. */
  inCpuid = true;

  constructor(readonly version: Version) {}

  /** A new VM: widths and CPUID of the machine, every register 0. */
  reset(machine: Machine): void {
    this.guestAddressHi = 2 ** (machine.maxPhysAddr - 32) - 1;
    this.hostAddressHi = 2 ** (machine.hostPhysAddr - 32) - 1;
    this.inCpuid = machine.guestMtrr;
    this.clear();
  }

  /** Power-on: every register 0. */
  clear(): void {
    this.bytes.fill(0);
  }

  /** mtrr_is_enabled(): MTRRdefType.E. */
  isEnabled(vcpu: number): boolean {
    return (this.defTypeLo[vcpu] & 0x800) !== 0;
  }

  /** fixed_mtrr_is_enabled(): MTRRdefType.FE alone. */
  isFixedEnabled(vcpu: number): boolean {
    return (this.defTypeLo[vcpu] & 0x400) !== 0;
  }

  /** mtrr_default_type() */
  defaultType(vcpu: number): number {
    return this.defTypeLo[vcpu] & 0xff;
  }

  setDefType(vcpu: number, hi: number, lo: number): void {
    const inParts = this.version.keepsDefTypeInParts;
    this.defTypeHi[vcpu] = inParts ? 0 : hi;
    this.defTypeLo[vcpu] = inParts ? lo & 0xcff : lo;
  }

  setFixed(vcpu: number, msr: number, hi: number, lo: number): void {
    const first = vcpu * FIXED_RANGES + firstFixedRange(msr);
    for (let k = 0; k < 4; k++) {
      this.fixed[first + k] = (lo >>> (8 * k)) & 0xff;
      this.fixed[first + 4 + k] = (hi >>> (8 * k)) & 0xff;
    }
  }

  /** Four bytes of a fixed-range MSR as one half: `half` 0 is the low one. */
  fixedHalf(vcpu: number, msr: number, half: number): number {
    const at = vcpu * FIXED_RANGES + firstFixedRange(msr) + 4 * half;
    const fixed = this.fixed;
    return (fixed[at] | (fixed[at + 1] << 8) | (fixed[at + 2] << 16) | (fixed[at + 3] << 24)) >>> 0;
  }

  /** set_var_mtrr_msr() */
  setVariable(vcpu: number, msr: number, hi: number, lo: number): void {
    const pair = (msr - PHYSBASE0) >> 1;
    const at = vcpu * VARIABLE_RANGES + pair;
    // Remove the entry if it's in the list.
    if (this.isValid(at)) this.unlist(vcpu, pair);
    if ((msr & 1) === 0) {
      this.baseHi[at] = hi;
      this.baseLo[at] = lo;
    } else {
      // Extend the mask with all 1 bits to the left, since those bits must implicitly be 0 in an address.
      this.maskHi[at] = this.version.extendsMasks ? hi | ~this.guestAddressHi : hi;
      this.maskLo[at] = lo;
    }
    this.updateRange(at);
    // Add it to the list if it's enabled.
    if (this.isValid(at)) this.enlist(vcpu, pair);
  }

  /** var_mtrr_range_is_valid(): V of the mask. */
  private isValid(at: number): boolean {
    return (this.maskLo[at] & 0x800) !== 0;
  }

  private unlist(vcpu: number, pair: number): void {
    const first = vcpu * VARIABLE_RANGES;
    const last = first + --this.listLength[vcpu];
    let at = first;
    while (this.list[at] !== pair) at++;
    for (; at < last; at++) this.list[at] = this.list[at + 1];
  }

  /** By raw base value, type byte included, highest first; a new entry before its equals. */
  private enlist(vcpu: number, pair: number): void {
    const first = vcpu * VARIABLE_RANGES;
    let at = first + this.listLength[vcpu]++;
    for (; at > first && !this.isBaseBelow(first + pair, first + this.list[at - 1]); at--) this.list[at] = this.list[at - 1];
    this.list[at] = pair;
    this.wasListed[first + pair] = 1;
  }

  private isBaseBelow(a: number, b: number): boolean {
    return this.baseHi[a] < this.baseHi[b] || (this.baseHi[a] === this.baseHi[b] && this.baseLo[a] < this.baseLo[b]);
  }

  /**
   * var_mtrr_range(): start = base, end = (start | ~mask) + 1 in 64 bits. The base is not cut by the mask, and the mask is taken to be
   * contiguous. A mask never written has no bits above MAXPHYADDR yet: the end wraps to 0. Before fa7c4ebd5ae0 the mask was extended
   * here, from the host's width on.
   */
  private updateRange(at: number): void {
    const version = this.version;
    if (version.lookUp !== 'mtrr_iter') return;
    const baseHi = this.baseHi[at];
    const basePage = this.baseLo[at] >>> 12;
    let notMaskHi = ~this.maskHi[at];
    if (!version.extendsMasks) notMaskHi &= this.hostAddressHi;
    const end = ((baseHi | notMaskHi) >>> 0) * PAGES_PER_2_32 + (basePage | (~this.maskLo[at] >>> 12)) + 1;
    this.start[at] = baseHi * PAGES_PER_2_32 + basePage;
    this.end[at] = end === PAGES_PER_2_64 ? 0 : end;
  }
}

/** Index into fixed[] of the lowest byte of a fixed-range MSR. */
export function firstFixedRange(msr: number): number {
  if (msr === FIX64K_00000) return 0;
  if (msr === FIX16K_80000) return 8;
  if (msr === FIX16K_A0000) return 16;
  return 24 + 8 * (msr - FIX4K_C0000);
}
