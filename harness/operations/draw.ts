/** What an operation may use when the generator asks it for a random step. */
import type { Machine } from '../../models/contract/machine.js';
import type { DrawnFeatures } from './operation-spec.js';
import type { Random } from './random.js';

export interface Draw {
  readonly random: Random;
  readonly machine: Machine;
  /** Values that hardware refuses are drawn now and then. */
  readonly illegal: boolean;
  /** PAT indices that differ from 0 are drawn. */
  readonly patIndices: boolean;
  /** Guest pages above 4K are drawn. */
  readonly largePages: boolean;
  /** The case races conversions of private memory with faults: more of them pause. */
  readonly races: boolean;
  /** A vCPU of the machine. */
  vcpu(): number;
  /** One whose access is paused, where there is one. */
  pausedVcpu(): number;
  /** One of the few frames that the case plays with. */
  gfn(): number;
  /** Whether an access of the frame is private; only where the machine has private memory. */
  isPrivate(gfn: number): boolean;
  /** A range around such a frame: left in `rangeGfn` and `rangePages`. */
  range(): void;
  readonly rangeGfn: number;
  readonly rangePages: number;
  /** A physical range aligned to its power-of-two size, as a variable MTRR describes it: `alignedGfn`, `alignedPages`. */
  aligned(): void;
  readonly alignedGfn: number;
  readonly alignedPages: number;
  /** The mask that a base just written, or the base that a mask just written waits for: its MSR (0: none) and vCPU. */
  partnerMsr: number;
  partnerVcpu: number;
  /** A backing that the case may use, for one that was drawn. */
  backing(drawn: number): number;
  /** A vCPU in L2, where there is one. */
  vcpuInL2(): number;
  /** What the panel's subjects know. */
  readonly features: DrawnFeatures;
  /** Notes that the case backs a range anew. */
  rebacked(gfn: number, pages: number, backing: number): void;
  /** Backing of a frame at this point of the case, -1 if there is none. */
  backingOf(gfn: number): number;
  /** MSR values the case wrote last, by vCPU and MSR: for redundant writes and small changes. */
  readonly lastHi: Int32Array;
  readonly lastLo: Int32Array;
}

/** Index into `lastHi` and `lastLo`. The low byte tells the MSRs of a scenario apart. */
export function lastWrite(vcpu: number, msr: number): number {
  return vcpu * 256 + (msr & 0xff);
}

/** Puts a frame number or a number of pages into two words of a step. */
export function putFrames(words: Int32Array, at: number, value: number): void {
  // Not `%`: V8 leaves the modulus of numbers beyond 31 bits to the C library.
  const high = Math.floor(value / 1048576);
  words[at] = high;
  words[at + 1] = value - high * 1048576;
}

/** Frame number or number of pages in two words of a step. */
export function framesAt(words: Int32Array, at: number): number {
  return words[at] * 1048576 + words[at + 1];
}
